/** Lines of standard input, each as soon as it is there. */
import { readSync } from "node:fs";
import { unreadable } from "./usage-error.ts";

const PIECE = 65_536;
/** How long to wait where nothing is there yet and the input does not block. */
const NAP_MS = 10;

export function* inputLines(): Generator<string, void, void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(PIECE);
  let text = "";
  for (;;) {
    const count = readPiece(buffer);
    if (count === 0) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = text.split(/\r?\n/);
    text = lines.pop() ?? "";
    yield* lines;
  }
  if (text !== "") yield text;
}

function readPiece(buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, buffer);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw unreadable("standard input", error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
  }
}
