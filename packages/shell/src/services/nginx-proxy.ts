/**
 * nginx as a reverse proxy (`proxy_pass`): a connection of its own to a server of the upstream for each request, and
 * another server when one cannot be reached. Left out: methods but GET and HEAD, kept connections, buffers on disk, caches,
 * rewritten redirections.
 */
import {
  type Engine,
  formatIpv4Address,
  type HttpContent,
  type HttpOutcome,
  type HttpRequest,
  httpGet,
  type Ipv4Address,
  type SocketLayer,
  seconds,
} from "@lvsim/core";
import type { NginxLocation, NginxProxy } from "./nginx-config.ts";
import type { UpstreamServer } from "./nginx-upstream.ts";

/** `proxy_read_timeout` and its kin. */
const PATIENCE = seconds(60);

/** What the proxy needs of the daemon. */
export interface ProxySite {
  readonly sockets: SocketLayer;
  readonly engine: Engine;
  statusPage(status: number): HttpContent;
}

/** Asks a server of the upstream and gives its answer, or 502 or 504, to `answer`. */
export function proxied(
  site: ProxySite,
  location: NginxLocation,
  proxy: NginxProxy,
  request: HttpRequest,
  answer: (content: HttpContent) => void,
): void {
  if (request.method !== "GET" && request.method !== "HEAD") return answer(site.statusPage(405));
  const tried = new Set<UpstreamServer>();
  const { choice } = proxy.upstream;
  const key = choice.by === "key" ? filled(choice.key, request, proxy) : "";
  const next = (worst: number): void => {
    const server = proxy.upstream.pick(tried, request.peer?.address ?? (0 as Ipv4Address), key);
    if (server === undefined) return answer(site.statusPage(worst));
    tried.add(server);
    httpGet(
      {
        sockets: site.sockets,
        engine: site.engine,
        remote: { address: server.address, port: server.port },
        local: null,
        host: hostOf(request, proxy),
        target: targetOf(location, proxy, request),
        headers: headersOf(request, proxy),
        timeout: PATIENCE,
      },
      (outcome) => {
        if (outcome.kind === "response") answer(contentOf(outcome));
        else next(outcome.kind === "timeout" ? 504 : 502);
      },
    );
  };
  next(502);
}

/** `/app/x` by `location /app/ { proxy_pass http://web/; }` is `/x`. */
function targetOf({ path }: NginxLocation, { uri }: NginxProxy, { target }: HttpRequest): string {
  return uri === null ? target : uri + target.slice(path.length);
}

const hostOf = (request: HttpRequest, proxy: NginxProxy): string => {
  const set = proxy.headers.find(([name]) => name.toLowerCase() === "host")?.[1];
  return set === undefined ? proxy.host : filled(set, request, proxy);
};

/** The client's own headers pass on, but for those of the connection and those that are set. */
function headersOf(request: HttpRequest, proxy: NginxProxy): [string, string][] {
  const own = new Set(["host", "connection", ...proxy.headers.map(([name]) => name.toLowerCase())]);
  const passed = request.headers
    .filter(([name]) => !own.has(name.toLowerCase()))
    .map(([name, value]): [string, string] => [name, value]);
  const set = proxy.headers
    .filter(([name]) => name.toLowerCase() !== "host")
    .map(([name, value]): [string, string] => [name, filled(value, request, proxy)])
    .filter(([, value]) => value !== "");
  return [["Connection", "close"], ...passed, ...set];
}

const headerOf = ({ headers }: HttpRequest, name: string): string =>
  headers.find(([own]) => own.toLowerCase() === name)?.[1] ?? "";

/** Text with nginx's variables filled in; one that is not known here is empty. */
function filled(text: string, request: HttpRequest, proxy: NginxProxy): string {
  const client = request.peer === null ? "" : formatIpv4Address(request.peer.address);
  return text.replace(/\$(\w+)/g, (_whole, name: string) => {
    if (name === "remote_addr") return client;
    if (name === "proxy_add_x_forwarded_for") {
      const before = headerOf(request, "x-forwarded-for");
      return before === "" ? client : `${before}, ${client}`;
    }
    if (name === "host") return headerOf(request, "host").split(":")[0] ?? "";
    if (name === "http_host") return headerOf(request, "host");
    if (name === "proxy_host") return proxy.host;
    if (name === "request_uri") return request.target;
    if (name === "scheme") return "http";
    if (name.startsWith("cookie_")) return cookieOf(request, name.slice(7));
    if (name.startsWith("http_")) return headerOf(request, name.slice(5).replaceAll("_", "-"));
    return "";
  });
}

function cookieOf(request: HttpRequest, wanted: string): string {
  for (const pair of headerOf(request, "cookie").split(";")) {
    const [name = "", ...value] = pair.trim().split("=");
    if (name === wanted) return value.join("=");
  }
  return "";
}

/** Headers that the proxy writes itself. */
const OWN_HEADERS = new Set(["server", "date", "content-type", "content-length", "connection"]);

function contentOf({ status, headers, body }: HttpOutcome & { kind: "response" }): HttpContent {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return {
    status,
    contentType: type ?? "text/plain",
    headers: headers.filter(([name]) => !OWN_HEADERS.has(name.toLowerCase())),
    body,
  };
}
