/** URLs as curl takes them, with or without a scheme; only http leads anywhere. */

export interface HttpUrl {
  readonly host: string;
  readonly port: number;
  /** Path and query as they go into the request. */
  readonly target: string;
  /** `user:password`; null for none. */
  readonly user: string | null;
}

export type UrlReading =
  | { readonly kind: "url"; readonly url: HttpUrl }
  | { readonly kind: "malformed" }
  | { readonly kind: "unsupported"; readonly scheme: string };

const SYNTAX = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)([^#]*)/i;
const PORT_MAX = 65_535;

export function readUrl(text: string): UrlReading {
  const [, scheme = "http", authority = "", rest = ""] = SYNTAX.exec(text) ?? [];
  if (scheme.toLowerCase() !== "http") return { kind: "unsupported", scheme };
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? null : authority.slice(0, at);
  const place = authority.slice(at + 1);
  const colon = place.startsWith("[") ? place.indexOf(":", place.indexOf("]")) : place.indexOf(":");
  const host = colon < 0 ? place : place.slice(0, colon);
  const portText = colon < 0 ? "" : place.slice(colon + 1);
  const port = portText === "" ? 80 : Number(portText);
  if (host === "" || /\s/.test(text) || !/^\d*$/.test(portText) || port > PORT_MAX)
    return { kind: "malformed" };
  const target = rest.startsWith("/") ? rest : `/${rest}`;
  return { kind: "url", url: { host, port, target, user } };
}

/** As `-w '%{url_effective}'` shows it. */
export const urlText = ({ host, port, target }: HttpUrl): string =>
  `http://${hostText(host, port)}${target}`;

/** The value of the Host header. */
export const hostText = (host: string, port: number): string =>
  port === 80 ? host : `${host}:${port}`;

/** What a Location header means, seen from `base`. */
export function locationText(location: string, base: HttpUrl): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return location;
  const origin = `http://${hostText(base.host, base.port)}`;
  if (location.startsWith("//")) return `http:${location}`;
  if (location.startsWith("/")) return origin + location;
  const path = base.target.split("?")[0] as string;
  return `${origin}${path.slice(0, path.lastIndexOf("/") + 1)}${location}`;
}

const BRACES = /\{([^{}]*,[^{}]*|[^{}]+)\}/;
const RANGE = /\[(\d+)-(\d+)(?::(\d+))?\]/;
/** One command may ask for as many pages as anybody would want to watch. */
const URLS_MAX = 100_000;

/** URL globbing: `{a,b}` and `[1-5]`; undefined when it gives too many. */
export function expandUrl(text: string): readonly string[] | undefined {
  const braces = BRACES.exec(text);
  const range = RANGE.exec(text);
  const first = braces !== null && (range === null || braces.index < range.index) ? braces : range;
  if (first === null) return [text];
  const values =
    first === braces ? (first[1] as string).split(",") : rangeValues(first as RegExpExecArray);
  const head = text.slice(0, first.index);
  const rest = expandUrl(text.slice(first.index + first[0].length));
  if (rest === undefined || values.length * rest.length > URLS_MAX) return undefined;
  return values.flatMap((value) => rest.map((tail) => head + value + tail));
}

function rangeValues([, from = "", to = "", step = "1"]: RegExpExecArray): readonly string[] {
  const values: string[] = [];
  const width = from.startsWith("0") ? from.length : 0;
  for (let n = Number(from); n <= Number(to) && values.length <= URLS_MAX; n += Number(step) || 1)
    values.push(String(n).padStart(width, "0"));
  return values;
}
