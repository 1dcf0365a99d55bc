/** One HTTP request over a connection and its answer, for clients with less to say than curl. */
import type { Instant } from "@lvsim/core";
import type { Wait } from "../../process/wait.ts";
import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import type { Connection } from "../curl/connection.ts";
import { bodyLengthOf, Incoming, type ResponseHead } from "../curl/response.ts";

export interface Answer {
  readonly head: ResponseHead;
  readonly body: Uint8Array;
  /** Octets that came, headers included. */
  readonly octets: number;
  /** When the first of them came. */
  readonly firstAt: Instant;
  /** The body may be shorter than it should be. */
  readonly complete: boolean;
}

export type ExchangeFailure =
  | { readonly failed: "timeout" | "no-data" | "not-http" }
  | { readonly failed: "errno"; readonly errno: number };

export interface HttpWish {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly version: "1.0" | "1.1";
}

const failure = (errno: number): ExchangeFailure => ({ failed: "errno", errno });

/** `now`: the clock; the answer's body is read whole. */
export function* exchange(
  connection: Connection,
  wish: HttpWish,
  deadline: Instant | null,
  now: () => Instant,
): Generator<Wait, Answer | ExchangeFailure, void> {
  const text = `${wish.method} ${wish.target} HTTP/${wish.version}\r\n${wish.headers.map((line) => `${line}\r\n`).join("")}\r\n${wish.body}`;
  const sent = yield* connection.send(encodeUtf8(text), deadline);
  if (sent !== 0) return sent < 0 ? { failed: "timeout" } : failure(sent);
  const incoming = new Incoming();
  let octets = 0;
  let firstAt: Instant | null = null;
  for (;;) {
    const found = firstAt === null ? null : incoming.takeHead();
    if (found?.kind === "head") {
      const body = yield* receiveBody(connection, incoming, found.head, wish.method, deadline);
      if ("failed" in body) return body;
      const whole = octets - body.held + body.octets.length;
      return {
        head: found.head,
        body: body.octets,
        octets: whole,
        firstAt: firstAt as Instant,
        complete: body.complete,
      };
    }
    if (found !== null && found.kind !== "more") return { failed: "not-http" };
    const got = yield* connection.receive(deadline);
    if (got.kind === "timeout") return { failed: "timeout" };
    if (got.kind === "failed") return failure(got.errno);
    if (got.kind === "end") return { failed: "no-data" };
    firstAt ??= now();
    octets += got.octets.length;
    incoming.add(got.octets);
  }
}

interface Body {
  readonly octets: Uint8Array;
  /** Those that had come with the head. */
  readonly held: number;
  readonly complete: boolean;
}

function* receiveBody(
  connection: Connection,
  incoming: Incoming,
  head: ResponseHead,
  method: string,
  deadline: Instant | null,
): Generator<Wait, Body | ExchangeFailure, void> {
  const length = bodyLengthOf(head, method);
  const held = incoming.length;
  if (length.kind === "known" && incoming.length >= length.length)
    return { octets: incoming.take(length.length), held, complete: true };
  for (;;) {
    const got = yield* connection.receive(deadline);
    if (got.kind === "timeout") return { failed: "timeout" };
    const over = got.kind !== "octets";
    if (!over) incoming.add(got.octets);
    const whole = length.kind === "known" && incoming.length >= length.length;
    const chunked =
      length.kind === "chunked" && decodeUtf8(incoming.ending(5)).endsWith("0\r\n\r\n");
    if (!over && !whole && !chunked) continue;
    const octets = incoming.take(length.kind === "known" ? length.length : incoming.length);
    const complete = length.kind !== "known" || octets.length === length.length;
    return { octets: length.kind === "chunked" ? joinChunks(octets) : octets, held, complete };
  }
}

/** Takes the sizes out of a chunked body (RFC 9112 §7.1). */
function joinChunks(octets: Uint8Array): Uint8Array {
  const made: number[] = [];
  for (let at = 0; at < octets.length; ) {
    const end = octets.indexOf(10, at);
    const size = Number.parseInt(decodeUtf8(octets.subarray(at, end)), 16);
    if (end < 0 || !(size > 0)) break;
    for (const octet of octets.subarray(end + 1, end + 1 + size)) made.push(octet);
    at = end + 1 + size + 2;
  }
  return Uint8Array.from(made);
}
