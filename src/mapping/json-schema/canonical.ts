/** JSON values as text: the same for equal values, to compare them, and shortened, to show them in a fault. */

/** Longest value that a fault repeats. */
const shownMax = 1_024;
const depthMax = 1_000;

/**
 * Equal for equal values, whatever the order of members.
 * @param work is charged for the size of the value
 */
export function canonical(value: unknown, work?: { steps: number }, depth = 0): string {
  if (work !== undefined) work.steps--;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth > depthMax) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, work, depth + 1)).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(members).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(members[name], work, depth + 1)}`).join(',')}}`;
}

/** A value as JSON, cut off where it gets too long to be read. */
export function shown(value: unknown): string {
  const out: string[] = [];
  write(value, out, { left: shownMax });
  return out.join('');
}

/** The inside of a string, cut off likewise. */
export const shownText = (text: string): string => (text.length > shownMax ? `${text.slice(0, shownMax)}…` : text);

function write(value: unknown, out: string[], room: { left: number }): void {
  if (room.left <= 0) return;
  if (typeof value !== 'object' || value === null) {
    const text = typeof value === 'string' ? JSON.stringify(shownText(value)) : String(value);
    room.left -= text.length;
    out.push(text);
    return;
  }
  const isList = Array.isArray(value);
  out.push(isList ? '[' : '{');
  let first = true;
  for (const [name, item] of isList ? value.entries() : Object.entries(value)) {
    if (!first) out.push(',');
    first = false;
    if (--room.left <= 0) {
      out.push('…');
      break;
    }
    if (!isList) out.push(JSON.stringify(shownText(String(name))), ':');
    write(item, out, room);
  }
  out.push(isList ? ']' : '}');
}
