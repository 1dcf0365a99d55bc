/**
 * Recordings that lvsim does not play yet, each with what is missing. An entry here must still differ:
 * the test of recordings fails for one that has come to agree, so that the list only shrinks.
 */

const RECORDINGS: Readonly<Record<string, string>> = {};

/** What a recording waits for; undefined for one that must pass. */
export function waitsFor(name: string): string | undefined {
  return RECORDINGS[name];
}
