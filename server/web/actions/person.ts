/** Who acts. There is no sign-in yet: whoever reaches this loopback address is one person, and the record says so. */
export const LOCAL_PERSON = { id: 'local' } as const;
