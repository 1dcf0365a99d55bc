/** Text from strangers on one line of a terminal or a cell: what could steer either becomes a question mark. */

const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export const printable = (text: string): string => text.replace(STEERING, "?");

/** Characters of a program's complaint that are shown. */
const COMPLAINT_MAX = 300;

/** The first line that a program complained in. */
export const complaint = (stderr: string): string =>
  printable(stderr.split("\n")[0] ?? "").slice(0, COMPLAINT_MAX);
