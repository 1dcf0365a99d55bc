/** What the kernel answers to a change of routes: an error number, and for some a sentence of its own (extack). */
import type { Errno } from "../../base/errno.ts";

export interface RouteOutcome {
  /** 0: done. */
  readonly errno: Errno;
  /** As `ip` prints it after `Error: `, without the full stop; "" when there is only the number's text. */
  readonly message: string;
}

export const DONE: RouteOutcome = Object.freeze({ errno: 0, message: "" });

export const refused = (errno: Errno, message = ""): RouteOutcome => ({ errno, message });
