/**
 * IPVS's SCTP states and transitions (`ip_vs_proto_sctp.c`), as data. States are the server's, as its packets and the
 * client's show them. A row is a direction and an event, a column the present state, a cell the next one. Directions: IN
 * from the client, OUT from the server, IO from the client when the server's answers are not seen here.
 */
import { SctpChunk } from "../../../packet/sctp.ts";

/** In the kernel's order; as /proc/net/ip_vs_conn prints them. */
export const SCTP_STATE_NAMES = [
  "NONE",
  "INIT1",
  "INIT",
  "C-SENT",
  "C-REPLIED",
  "C-WAIT",
  "COOKIE",
  "C-ECHOED",
  "ESTABLISHED",
  "S-SENT",
  "S-RECEIVED",
  "S-ACK-SENT",
  "REJECTED",
  "CLOSED",
] as const;

/** Indices into `SCTP_STATE_NAMES`. */
export const SctpState = {
  init1: 1,
  init: 2,
  established: 8,
  shutdownSent: 9,
  shutdownReceived: 10,
  shutdownAckSent: 11,
  closed: 13,
} as const;

/** Seconds, by state. */
export const SCTP_TIMEOUTS: readonly number[] = [
  2, 4, 61, 61, 61, 61, 61, 61, 900, 61, 61, 61, 4, 61,
];

/** First row of a direction. */
export const SctpRow = { input: 0, output: 10, inputOnly: 20 } as const;

/** Rows of a direction, by the type of the chunk that decides; types that are not here count as data. */
const DATA = 0;
const EVENTS: readonly number[] = [
  SctpChunk.data,
  SctpChunk.init,
  SctpChunk.initAck,
  SctpChunk.cookieEcho,
  SctpChunk.cookieAck,
  SctpChunk.shutdown,
  SctpChunk.shutdownAck,
  SctpChunk.shutdownComplete,
  SctpChunk.error,
  SctpChunk.abort,
];
export const eventOf = (chunk: number): number => Math.max(DATA, EVENTS.indexOf(chunk));

const COLUMNS = "NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL".split(" ");
export const SCTP_STATE_COUNT = COLUMNS.length;

const isState = (word: string): boolean => COLUMNS.includes(word);

/** Thirty rows of fourteen states, in one array. What stands before a bar is for people. */
const parse = (text: string): readonly number[] =>
  text
    .split("\n")
    .flatMap((line) => (line.split("|")[1] ?? "").split(" "))
    .filter(isState)
    .map((word) => COLUMNS.indexOf(word));

export const SCTP_TABLE = parse(`
  IN  data              | ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  IN  init              | I1 IN IN CS CR CW CO CE ES SS SR SA IN IN
  IN  init ack          | CW CW CW CS CR CO CO CE ES SS SR SA RJ CL
  IN  cookie echo       | CR IN IN CR CR CW CO CE ES SS SR SA RJ CL
  IN  cookie ack        | ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL
  IN  shutdown          | SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
  IN  shutdown ack      | CL IN IN CS CR CW CO CE ES CL SR CL RJ CL
  IN  shutdown complete | CL CL CL CS CR CW CO CE ES SS SR CL RJ CL
  IN  error             | CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL
  IN  abort             | CL CL CL CL CL RJ CL CL CL CL CL CL CL CL
  OUT data              | ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  OUT init              | CW CW CW CW CW CW CW CW ES CW CW CW CW CW
  OUT init ack          | CS CS CS CS CR CW CO CE ES SS SR SA RJ CL
  OUT cookie echo       | CE CE CE CE CE CE CE CE ES SS SR SA RJ CL
  OUT cookie ack        | ES ES ES ES ES ES ES ES ES SS SR SA RJ CL
  OUT shutdown          | SS SS SS SS SS SS SS SS SS SS SR SA RJ CL
  OUT shutdown ack      | SA SA SA SA SA CW CO CE ES SA SA SA RJ CL
  OUT shutdown complete | CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  OUT error             | CL CL CL CL CL CW CO CE ES SS SR SA RJ CL
  OUT abort             | CL RJ CL CL CL CL CL CL CL CL CL CL CL CL
  IO  data              | ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL
  IO  init              | I1 IN IN IN IN IN CO CE ES SS SR SA IN IN
  IO  init ack          | CE CE CE CE CE CE CO CE ES SS SR SA RJ CL
  IO  cookie echo       | ES ES ES ES ES ES CO CE ES SS SR SA RJ CL
  IO  cookie ack        | ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL
  IO  shutdown          | SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
  IO  shutdown ack      | CL IN IN CS CR CW CO CE CL CL SR CL RJ CL
  IO  shutdown complete | CL CL CL CL CL CW CO CE ES SS CL CL RJ CL
  IO  error             | CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  IO  abort             | CL CL CL CL CL RJ CL CL CL CL CL CL CL CL
`);
