/** A segment of an address as the person wrote it; one that is not well encoded stands for itself, so that the page can say it is unknown. */
export function readSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
