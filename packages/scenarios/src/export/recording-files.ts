/** The files of a recording by their paths in its folder: what a script of `lvsim export netns` writes, and what lvsim writes alike. */
export type RecordingFiles = ReadonlyMap<string, Uint8Array>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const octetsOfText = (text: string): Uint8Array => encoder.encode(text);

/** What does not exist is undefined; octets that are no UTF-8 become marks. */
export function textIn(files: RecordingFiles, path: string): string | undefined {
  const octets = files.get(path);
  return octets === undefined ? undefined : decoder.decode(octets);
}
