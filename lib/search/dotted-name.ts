/**
 * The name behind a field's dot: parts with dots between them; what a bare word cannot hold stands in quotes, `attributes."order.id"`.
 */

/** Never fails: a quote that is not closed, or stands within a part, is a character like any. */
export function partsOf(name: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at <= name.length;) {
    const quoted = /^"((?:[^"\\]|\\.)*)"(?=\.|$)/s.exec(name.slice(at));
    if (quoted !== null) {
      parts.push((quoted[1] as string).replace(/\\(.)/gs, '$1'));
      at += quoted[0].length + 1;
      continue;
    }
    const end = name.indexOf('.', at);
    parts.push(name.slice(at, end < 0 ? undefined : end));
    at = end < 0 ? name.length + 1 : end + 1;
  }
  return parts;
}

export const writeParts = (parts: readonly string[]): string =>
  parts.map((part) => (/[\s()"=!~<>:.]/.test(part) ? quote(part) : part)).join('.');

/** Of a header or a business key, which have a name and no path. */
export const writeName = (name: string): string => (/[\s()"=!~<>:]/.test(name) ? quote(name) : name);

export const quote = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;
