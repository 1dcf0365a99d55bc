/** `-w`: what a transfer was like, in a format of the user's. */
import { type Endpoint, formatIpv4Address } from "@lvsim/core";

/** What is known of a transfer when it is over; times in nanoseconds since it began, 0 for what was not reached. */
export interface TransferInfo {
  status: number;
  httpVersion: string;
  method: string;
  urlTyped: string;
  urlEffective: string;
  redirectUrl: string;
  redirects: number;
  connects: number;
  contentType: string;
  local: Endpoint | null;
  remote: Endpoint | null;
  fileName: string;
  /** Octets. */
  downloaded: number;
  /** As the response says; −1 when it doesn't. */
  expected: number;
  uploaded: number;
  headerOctets: number;
  requestOctets: number;
  nameLookup: number;
  connected: number;
  preTransfer: number;
  startTransfer: number;
  redirect: number;
  total: number;
  exitCode: number;
  error: string;
}

export const newInfo = (url: string): TransferInfo => ({
  status: 0,
  httpVersion: "0",
  method: "GET",
  urlTyped: url,
  urlEffective: url,
  redirectUrl: "",
  redirects: 0,
  connects: 0,
  contentType: "",
  local: null,
  remote: null,
  fileName: "",
  downloaded: 0,
  expected: 0,
  uploaded: 0,
  headerOctets: 0,
  requestOctets: 0,
  nameLookup: 0,
  connected: 0,
  preTransfer: 0,
  startTransfer: 0,
  redirect: 0,
  total: 0,
  exitCode: 0,
  error: "",
});

const code = ({ status }: TransferInfo): string => String(status).padStart(3, "0");

/** Seconds with six decimals. */
function time(nanoseconds: number): string {
  const micros = Math.floor(nanoseconds / 1000);
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
}

const address = (end: Endpoint | null): string =>
  end === null ? "" : formatIpv4Address(end.address);
const port = (end: Endpoint | null): string => String(end === null ? 0 : end.port);
const speed = (octets: number, { total }: TransferInfo): string =>
  String(total === 0 ? 0 : Math.floor((octets * 1e9) / total));

const VARIABLES: ReadonlyMap<string, (info: TransferInfo) => string> = new Map([
  ["http_code", code],
  ["response_code", code],
  ["http_connect", () => "000"],
  ["http_version", (info) => info.httpVersion],
  ["method", (info) => info.method],
  ["scheme", () => "HTTP"],
  ["url", (info) => info.urlTyped],
  ["urlnum", () => "0"],
  ["url_effective", (info) => info.urlEffective],
  ["redirect_url", (info) => info.redirectUrl],
  ["num_redirects", (info) => String(info.redirects)],
  ["num_connects", (info) => String(info.connects)],
  ["content_type", (info) => info.contentType],
  ["filename_effective", (info) => info.fileName],
  ["remote_ip", (info) => address(info.remote)],
  ["remote_port", (info) => port(info.remote)],
  ["local_ip", (info) => address(info.local)],
  ["local_port", (info) => port(info.local)],
  ["size_download", (info) => String(info.downloaded)],
  ["size_upload", (info) => String(info.uploaded)],
  ["size_header", (info) => String(info.headerOctets)],
  ["size_request", (info) => String(info.requestOctets)],
  ["speed_download", (info) => speed(info.downloaded, info)],
  ["speed_upload", (info) => speed(info.uploaded, info)],
  ["time_namelookup", (info) => time(info.nameLookup)],
  ["time_connect", (info) => time(info.connected)],
  ["time_appconnect", () => time(0)],
  ["time_pretransfer", (info) => time(info.preTransfer)],
  ["time_starttransfer", (info) => time(info.startTransfer)],
  ["time_redirect", (info) => time(info.redirect)],
  ["time_total", (info) => time(info.total)],
  ["exitcode", (info) => String(info.exitCode)],
  ["errormsg", (info) => info.error],
  ["ssl_verify_result", () => "0"],
  ["proxy_ssl_verify_result", () => "0"],
]);

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

export interface WrittenOut {
  readonly stdout: string;
  /** Complaints about variables that nobody knows. */
  readonly stderr: string;
}

export function writeOut(format: string, info: TransferInfo): WrittenOut {
  let stderr = "";
  const stdout = format.replace(
    /%%|%\{([^}]*)\}|\\([\s\S])/g,
    (whole: string, name: string | undefined, letter: string | undefined) => {
      if (whole === "%%") return "%";
      if (letter !== undefined) return ESCAPES[letter] ?? whole;
      const variable = VARIABLES.get(name as string);
      if (variable !== undefined) return variable(info);
      stderr += `curl: unknown --write-out variable: '${name}'\n`;
      return "";
    },
  );
  return { stdout, stderr };
}
