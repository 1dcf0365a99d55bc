/** What curl's versions say differently: 7.88.1 of Debian 12, 7.29.0 of CentOS 7. */
import { errnoText } from "@lvsim/core";

/** How a connection failed. */
export interface ConnectFailure {
  readonly host: string;
  readonly port: number;
  /** Milliseconds since the attempt began. */
  readonly after: number;
  readonly errno: number;
  /** connect(2) itself refused. */
  readonly immediate: boolean;
}

/** An exit status with the text behind `curl: (status) `. */
export interface CurlProblem {
  readonly code: number;
  readonly text: string;
}

export interface CurlDialect {
  readonly version: string;
  readonly versionText: string;
  connectFailed(failure: ConnectFailure): CurlProblem;
  connectTimedOut(host: string, port: number, after: number): CurlProblem;
  /** `total` −1 when the length of the body is not known. */
  transferTimedOut(after: number, received: number, total: number): CurlProblem;
  unresolved(host: string): CurlProblem;
  /** Lines of `-v`, without the `* ` before each. */
  trying(host: string, address: string, port: number, connection: number): readonly string[];
  failed(failure: ConnectFailure, address: string): readonly string[];
  timedOut(milliseconds: number): readonly string[];
  /** In the order in which they stand in a request. */
  readonly headerOrder: readonly RequestHeader[];

  readonly malformed: CurlProblem;
}

export type RequestHeader =
  | "Host"
  | "Authorization"
  | "User-Agent"
  | "Accept"
  | "Referer"
  | "Cookie";

const ETIMEDOUT = 110;

const MODERN_VERSION =
  "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13\n" +
  "Release-Date: 2023-02-20, security patched: 7.88.1-10+deb12u14\n" +
  "Protocols: http\nFeatures: \n";

export const CURL_7_88: CurlDialect = {
  version: "7.88.1",
  versionText: MODERN_VERSION,
  connectFailed: ({ host, port, after, errno }) => ({
    code: errno === ETIMEDOUT ? 28 : 7,
    text: `Failed to connect to ${host} port ${port} after ${after} ms: Couldn't connect to server`,
  }),
  connectTimedOut: (host, port, after) => ({
    code: 28,
    text: `Failed to connect to ${host} port ${port} after ${after} ms: Timeout was reached`,
  }),
  transferTimedOut: (after, received, total) => ({
    code: 28,
    text:
      `Operation timed out after ${after} milliseconds with ${received} ` +
      `${total < 0 ? "" : `out of ${total} `}bytes received`,
  }),
  unresolved: (host) => ({ code: 6, text: `Could not resolve host: ${host}` }),
  trying: (_, address, port) => [`  Trying ${address}:${port}...`],
  failed: ({ errno, immediate, port }, address) =>
    immediate
      ? [`Immediate connect fail for ${address}: ${errnoText(errno)}`]
      : [`connect to ${address} port ${port} failed: ${errnoText(errno)}`],
  timedOut: (milliseconds) => [`ipv4 connect timeout after ${milliseconds}ms, move on!`],
  headerOrder: ["Host", "Authorization", "User-Agent", "Accept", "Referer", "Cookie"],
  malformed: { code: 3, text: "URL using bad/illegal format or missing URL" },
};

const OLD_VERSION =
  "curl 7.29.0 (x86_64-redhat-linux-gnu) libcurl/7.29.0 NSS/3.53.1 zlib/1.2.7\n" +
  "Protocols: http \nFeatures: \n";

export const CURL_7_29: CurlDialect = {
  version: "7.29.0",
  versionText: OLD_VERSION,
  connectFailed: ({ host, port, errno, immediate }) => ({
    code: 7,
    text: immediate
      ? `Failed to connect to ${host}: ${errnoText(errno)}`
      : `Failed connect to ${host}:${port}; ${errnoText(errno)}`,
  }),
  connectTimedOut: (_, __, after) => ({
    code: 28,
    text: `Connection timed out after ${after} milliseconds`,
  }),
  transferTimedOut: (after, received, total) => ({
    code: 28,
    text: `Operation timed out after ${after} milliseconds with ${received} out of ${total} bytes received`,
  }),
  unresolved: (host) => ({ code: 6, text: `Could not resolve host: ${host}; Unknown error` }),
  trying: (host, address, port, connection) => [
    `About to connect() to ${host} port ${port} (#${connection})`,
    `  Trying ${address}...`,
  ],
  failed: ({ errno }) => [errnoText(errno)],
  timedOut: () => [],
  headerOrder: ["Authorization", "User-Agent", "Host", "Accept", "Referer", "Cookie"],
  malformed: { code: 3, text: "<url> malformed" },
};
