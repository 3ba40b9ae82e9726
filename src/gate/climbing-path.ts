/** Paths with `.` or `..` among their segments: which place they mean would be for the backend to say. */

/** @param path with its escapes decoded */
export const climbs = (path: string): boolean => path.includes('/.') && /\/\.{1,2}(?:\/|$)/.test(path);

/** @param path as it is sent: dots and slashes may be escaped */
export function climbsAsSent(path: string): boolean {
  if (!path.includes('/.') && !path.includes('%2')) return false;
  return /(?:\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i.test(path);
}
