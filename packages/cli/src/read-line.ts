/** A line from the terminal, waited for: the program has no other work meanwhile. */
import { closeSync, openSync, readSync } from "node:fs";

/** The terminal itself: standard input may be one that does not wait. */
const TERMINAL = "/dev/tty";

/** Without its line end; null when the input ends. */
export function readLineSync(): string | null {
  const terminal = openSync(TERMINAL, "r");
  try {
    const octet = new Uint8Array(1);
    const octets: number[] = [];
    while (readSync(terminal, octet, 0, 1, null) === 1) {
      if (octet[0] === 0x0a) return new TextDecoder().decode(Uint8Array.from(octets));
      octets.push(octet[0] ?? 0);
    }
    return octets.length === 0 ? null : new TextDecoder().decode(Uint8Array.from(octets));
  } finally {
    closeSync(terminal);
  }
}
