/** Waits for a fact, generously: a busy machine is no fault. */
export async function until(what: string, fact: () => boolean | Promise<boolean>, patienceMs = 90_000): Promise<void> {
  for (const end = Date.now() + patienceMs; ;) {
    if (await fact()) return;
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
