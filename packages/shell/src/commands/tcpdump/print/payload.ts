/** What TCP carries, in `tcpdump`'s words: HTTP, by its ports. Left out: every other protocol that the real one decodes. */
import { decodeUtf8 } from "../../../text/utf8.ts";

const HTTP_PORTS: readonly number[] = [80, 3128, 8080];
const REQUEST =
  /^(GET|PUT|COPY|HEAD|LOCK|MOVE|POLL|POST|BCOPY|BMOVE|MKCOL|TRACE|LABEL|MERGE|DELETE|SEARCH|UNLOCK|REPORT|UPDATE|NOTIFY|BDELETE|CONNECT|OPTIONS|CHECKIN|PROPFIND|CHECKOUT|CCM_POST|SUBSCRIBE|PROPPATCH|BPROPFIND|BPROPPATCH|UNCHECKOUT|MKACTIVITY|MKWORKSPACE|UNSUBSCRIBE|RPC_CONNECT|VERSION-CONTROL|BASELINE-CONTROL)(?=\s)/;
const RESPONSE = /^\S+[ \t]+\d{3}(?=\s|$)/;

/** ": HTTP…" for an HTTP port, else "". */
export function payloadText(
  octets: Uint8Array,
  ports: readonly [number, number],
  verbose: number,
): string {
  if (!ports.some((port) => HTTP_PORTS.includes(port))) return "";
  const text = decodeUtf8(octets);
  const isMessage = REQUEST.test(text) || RESPONSE.test(text);
  if (!isMessage) return ": HTTP";
  if (verbose === 0) return `: HTTP: ${printable(text.split(/\r?\n/)[0] ?? "")}`;
  return `: HTTP, length: ${octets.length}${linesText(text)}`;
}

/** All lines, each behind a tab; the real one stops at what is no text. */
function linesText(text: string): string {
  let shown = "";
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\n");
    const line = end < 0 ? rest : rest.slice(0, end);
    shown += `\n\t${printable(line.replace(/\r$/, ""))}`;
    rest = end < 0 ? "" : rest.slice(end + 1);
  }
  return shown;
}

const printable = (line: string): string =>
  Array.from(line, (character) => {
    const code = character.charCodeAt(0);
    return code >= 32 && code < 127 ? character : code === 9 ? "\t" : ".";
  }).join("");
