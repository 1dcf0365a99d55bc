/**
 * HTTP/1.x messages as they come in, in pieces of any size (RFC 9112). Header and body are bounded. A body ends by
 * Content-Length or, in responses, by the end of the connection. Left out: chunked coding, trailers, folded lines.
 */
import { joinOctets, textOf } from "./octets.ts";

export type HttpHeaders = readonly (readonly [name: string, value: string])[];

/** Octets of request line and headers; nginx's large_client_header_buffers. */
export const HEADER_OCTETS_MAX = 8192;
const BODY_OCTETS_MAX = 16 * 1024 * 1024;

export type HttpFault = "malformed" | "header-too-large" | "body-too-large" | "unsupported-coding";

export interface HttpMessage {
  readonly startLine: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** The first header of that name, whatever its case; undefined for none. */
export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of headers) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const LENGTH = /^\d{1,15}$/;

export class HttpReader {
  fault: HttpFault | null = null;
  private readonly bodyByEnd: boolean;
  private startLine: string | null = null;
  private headers: HttpHeaders = [];
  private parts: Uint8Array[] = [];
  private octets = 0;
  /** Octets of the body; −1: up to the end of the connection. */
  private bodyLength = 0;
  private readonly ready: HttpMessage[] = [];

  /** `bodyByEnd`: a message without Content-Length lasts until the end, as responses do. */
  constructor(bodyByEnd: boolean) {
    this.bodyByEnd = bodyByEnd;
  }

  /** Something of a message has come, but not all. */
  get midMessage(): boolean {
    return this.startLine !== null || this.octets > 0;
  }

  push(octets: Uint8Array): void {
    if (this.fault !== null || octets.length === 0) return;
    this.parts.push(octets);
    this.octets += octets.length;
    while (this.fault === null && this.advance());
  }

  /** The peer sends no more: a body without a length is complete. */
  end(): void {
    if (this.startLine !== null && this.bodyLength < 0) this.finish(this.octets);
    else if (this.midMessage) this.fault ??= "malformed";
  }

  /** The oldest complete message. */
  shift(): HttpMessage | undefined {
    return this.ready.shift();
  }

  private advance(): boolean {
    if (this.startLine === null) return this.readHeader();
    if (this.bodyLength < 0) {
      if (this.octets > BODY_OCTETS_MAX) this.fault = "body-too-large";
      return false;
    }
    if (this.octets < this.bodyLength) return false;
    this.finish(this.bodyLength);
    return this.octets > 0;
  }

  private readHeader(): boolean {
    const octets = this.flat();
    const end = headerEnd(octets);
    if (end < 0 || end > HEADER_OCTETS_MAX) {
      if (octets.length > HEADER_OCTETS_MAX) this.fault = "header-too-large";
      return false;
    }
    const lines = textOf(octets, 0, end).split("\n");
    this.keep(octets.subarray(end));
    let first = 0;
    // empty lines before a request line are ignored (RFC 9112 §2.2)
    while (first < lines.length && lines[first]?.trim() === "") first++;
    const startLine = lines[first]?.replace(/\r$/, "");
    if (startLine === undefined) return this.octets > 0;
    const headers = parseHeaders(lines.slice(first + 1));
    if (headers === null) {
      this.fault = "malformed";
      return false;
    }
    this.startLine = startLine;
    this.headers = headers;
    this.measureBody();
    return this.fault === null;
  }

  private measureBody(): void {
    const { headers } = this;
    const length = headerOf(headers, "content-length");
    if (headerOf(headers, "transfer-encoding") !== undefined) this.fault = "unsupported-coding";
    else if (length === undefined) this.bodyLength = this.bodyByEnd ? -1 : 0;
    else if (!LENGTH.test(length)) this.fault = "malformed";
    else if (Number(length) > BODY_OCTETS_MAX) this.fault = "body-too-large";
    else this.bodyLength = Number(length);
  }

  private finish(length: number): void {
    const octets = this.flat();
    const body = octets.subarray(0, length);
    this.ready.push({ startLine: this.startLine ?? "", headers: this.headers, body });
    this.startLine = null;
    this.keep(octets.subarray(length));
  }

  private flat(): Uint8Array {
    const whole = joinOctets(this.parts);
    this.parts = [whole];
    return whole;
  }

  private keep(rest: Uint8Array): void {
    this.parts = rest.length === 0 ? [] : [rest];
    this.octets = rest.length;
  }
}

/** Where the empty line after the headers ends; −1 when it has not come. */
function headerEnd(octets: Uint8Array): number {
  let content = false;
  for (let i = 0, lineStart = 0; i < octets.length; i++) {
    if (octets[i] !== 10) continue;
    const empty = i === lineStart || (i === lineStart + 1 && octets[lineStart] === 13);
    if (empty && content) return i + 1;
    if (!empty) content = true;
    lineStart = i + 1;
  }
  return -1;
}

function parseHeaders(lines: readonly string[]): HttpHeaders | null {
  const headers: [string, string][] = [];
  for (const line of lines) {
    if (line === "" || line === "\r") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    if (colon < 0 || !TOKEN.test(name)) return null;
    headers.push([name, line.slice(colon + 1).trim()]);
  }
  return headers;
}
