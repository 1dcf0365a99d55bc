/** HTTP/1.x responses as they come (RFC 9112): status line, headers, and where the body ends. */
import { decodeUtf8 } from "../../text/utf8.ts";

/** curl's bound for one response's headers, in octets. */
const HEADERS_MAX = 300 * 1024;

export interface ResponseHead {
  /** `1.0` or `1.1`. */
  readonly version: string;
  readonly status: number;
  /** Lines as they came, each with its end; the empty one included. */
  readonly lines: readonly string[];
  /** First value of each, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

export type HeadOutcome =
  | { readonly kind: "head"; readonly head: ResponseHead }
  /** More octets are needed. */
  | { readonly kind: "more" }
  /** It does not begin as HTTP does. */
  | { readonly kind: "not-http" }
  | { readonly kind: "too-large" };

const STATUS_LINE = /^HTTP\/(\d\.\d) +(\d{3})(?: |\r?\n|$)/;

/** Octets that came and were not taken yet. */
export class Incoming {
  private held: Uint8Array = new Uint8Array(0);

  add(octets: Uint8Array): void {
    if (this.held.length === 0) this.held = octets;
    else {
      const joined = new Uint8Array(this.held.length + octets.length);
      joined.set(this.held);
      joined.set(octets, this.held.length);
      this.held = joined;
    }
  }

  get length(): number {
    return this.held.length;
  }

  /** The last `count` octets, which stay. */
  ending(count: number): Uint8Array {
    return this.held.subarray(Math.max(0, this.held.length - count));
  }

  /** Up to `max` octets. */
  take(max: number): Uint8Array {
    const part = this.held.subarray(0, Math.min(max, this.held.length));
    this.held = this.held.subarray(part.length);
    return part;
  }

  /** A line with its end; null when none is complete. */
  takeLine(): string | null {
    const end = this.held.indexOf(10);
    return end < 0 ? null : decodeUtf8(this.take(end + 1));
  }

  takeHead(): HeadOutcome {
    const start = decodeUtf8(this.held.subarray(0, 5));
    if (!"HTTP/".startsWith(start.slice(0, 5))) return { kind: "not-http" };
    const end = endOfHead(this.held);
    if (end < 0) return this.held.length > HEADERS_MAX ? { kind: "too-large" } : { kind: "more" };
    const text = decodeUtf8(this.held.subarray(0, end));
    const [, version = "", status = ""] = STATUS_LINE.exec(text) ?? [];
    if (version === "") return { kind: "not-http" };
    this.take(end);
    const lines = text.match(/[^\n]*\n/g) ?? [];
    return {
      kind: "head",
      head: { version, status: Number(status), lines, headers: headersOf(lines) },
    };
  }
}

/** Where the empty line ends; −1 when it has not come. */
function endOfHead(octets: Uint8Array): number {
  for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, at + 1)) {
    if (octets[at + 1] === 10) return at + 2;
    if (octets[at + 1] === 13 && octets[at + 2] === 10) return at + 3;
  }
  return -1;
}

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** How the length of a body is told. */
export type BodyLength =
  | { readonly kind: "known"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

export function bodyLengthOf(head: ResponseHead, method: string): BodyLength {
  const { headers, status } = head;
  const none = method === "HEAD" || status === 204 || status === 304 || status < 200;
  if (none) return { kind: "known", length: 0 };
  if (/\bchunked\b/i.test(headers.get("transfer-encoding") ?? "")) return { kind: "chunked" };
  const length = headers.get("content-length");
  if (length === undefined || !/^\d+$/.test(length)) return { kind: "until-close" };
  return { kind: "known", length: Number(length) };
}

/** Whether the connection may serve another request. */
export function keepsAlive({ headers, version }: ResponseHead): boolean {
  const connection = (headers.get("connection") ?? "").toLowerCase();
  return version === "1.1" ? connection !== "close" : connection === "keep-alive";
}
