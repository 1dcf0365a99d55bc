/** The body of a response: so many octets, chunks, or all until the server closes; written out as it comes. */
import type { Wait } from "../../process/wait.ts";
import { Utf8Decoder } from "../../text/utf8.ts";
import type { Connection } from "./connection.ts";
import type { CurlProblem } from "./dialect.ts";
import { bodyLengthOf, type Incoming, type ResponseHead } from "./response.ts";
import { receiveFailed, type Transfer, timedOut, WRITE_FAILED } from "./transfer-state.ts";

const PARTIAL_FILE = 18;
const EVERYTHING = Number.POSITIVE_INFINITY;

class BodyReader {
  private readonly whole: Transfer;
  private readonly connection: Connection;
  private readonly incoming: Incoming;
  private readonly decoder = new Utf8Decoder();
  /** False for a body that is read and thrown away. */
  private readonly shown: boolean;
  /** As the response says; −1 when it doesn't. */
  private readonly total: number;

  constructor(
    whole: Transfer,
    connection: Connection,
    incoming: Incoming,
    shown: boolean,
    total: number,
  ) {
    this.whole = whole;
    this.connection = connection;
    this.incoming = incoming;
    this.shown = shown;
    this.total = total;
  }

  /** `count` octets of body; fewer only at the end of the stream, which is a problem unless all was asked for. */
  *copy(count: number): Generator<Wait, CurlProblem | null, void> {
    let rest = count;
    while (rest > 0) {
      const octets = this.incoming.take(rest);
      if (octets.length > 0) {
        rest -= octets.length;
        if (!(yield* this.write(octets))) return WRITE_FAILED;
        continue;
      }
      const problem = yield* this.fill();
      if (problem === "end") return count === EVERYTHING ? null : remaining(rest);
      if (problem !== null) return problem;
    }
    return null;
  }

  *chunks(): Generator<Wait, CurlProblem | null, void> {
    for (;;) {
      const line = yield* this.line();
      if (typeof line !== "string") return line;
      const size = Number.parseInt(line, 16);
      if (!(size >= 0)) return { code: 56, text: "Illegal or missing hexadecimal sequence" };
      if (size === 0) return yield* this.trailer();
      const problem = (yield* this.copy(size)) ?? (yield* this.endOfChunk());
      if (problem !== null) return problem;
    }
  }

  /** What a character cut by the end leaves. */
  *finish(): Generator<Wait, void, void> {
    const text = this.decoder.decode(new Uint8Array(0), true);
    if (text !== "" && this.shown) yield* this.whole.output.write(text);
  }

  private *endOfChunk(): Generator<Wait, CurlProblem | null, void> {
    const line = yield* this.line();
    return typeof line === "string" ? null : line;
  }

  private *trailer(): Generator<Wait, CurlProblem | null, void> {
    for (;;) {
      const line = yield* this.line();
      if (typeof line !== "string") return line;
      if (line === "\r\n" || line === "\n") return null;
    }
  }

  private *line(): Generator<Wait, string | CurlProblem, void> {
    for (;;) {
      const line = this.incoming.takeLine();
      if (line !== null) return line;
      const problem = yield* this.fill();
      if (problem === "end")
        return {
          code: PARTIAL_FILE,
          text: "transfer closed with outstanding read data remaining",
        };
      if (problem !== null) return problem;
    }
  }

  private *fill(): Generator<Wait, CurlProblem | "end" | null, void> {
    const received = yield* this.connection.receive(this.whole.deadlines.end);
    if (received.kind === "timeout") return timedOut(this.whole, this.total);
    if (received.kind === "failed") return receiveFailed(received.errno);
    if (received.kind === "end") return "end";
    this.incoming.add(received.octets);
    return null;
  }

  private *write(octets: Uint8Array): Generator<Wait, boolean, void> {
    const { info, output, session } = this.whole;
    info.downloaded += octets.length;
    if (!this.shown) return true;
    const toTerminal = output.path === null && session.context.stdout?.isTerminal === true;
    yield* session.showData("{", octets.length, toTerminal);
    const text = this.decoder.decode(octets, false);
    return text === "" || (yield* output.write(text));
  }
}

const remaining = (octets: number): CurlProblem => ({
  code: PARTIAL_FILE,
  text: `transfer closed with ${octets} bytes remaining to read`,
});

export function* receiveBody(
  whole: Transfer,
  connection: Connection,
  incoming: Incoming,
  head: ResponseHead,
  method: string,
  shown: boolean,
): Generator<Wait, CurlProblem | null, void> {
  const length = bodyLengthOf(head, method);
  const total = length.kind === "known" ? length.length : -1;
  whole.info.expected = total;
  const reader = new BodyReader(whole, connection, incoming, shown, total);
  const problem =
    length.kind === "chunked"
      ? yield* reader.chunks()
      : yield* reader.copy(length.kind === "known" ? length.length : EVERYTHING);
  yield* reader.finish();
  return problem;
}
