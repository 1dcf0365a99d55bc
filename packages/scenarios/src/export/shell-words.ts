/** Words of a bash script. */

/** One word whatever is in it. */
export const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export const command = (...words: readonly (string | number)[]): string =>
  words.map((word) => quoted(String(word))).join(" ");

/** Numbers of commands and requests as they stand in names of files: `001`. */
export const numbered = (index: number): string => String(index + 1).padStart(3, "0");
