/**
 * A connection (`struct ip_vs_conn`): a flow of a client to a virtual service and the real server that has it, or a
 * template that keeps a client with one server (persistence). It is no object but the place of a row; the row is
 * described in connection-rows.ts. A place is given out again when its connection has ended: nobody may keep one.
 */
declare const connectionBrand: unique symbol;
/** A connection, by the word at which its row begins: a multiplication less in all that looks there. */
export type Connection = number & { readonly [connectionBrand]: true };

/** No connection at all. */
export const NO_CONNECTION = 0 as Connection;

/** IP_VS_CONN_F_*, and some of our own; 16 bits. */
export const ConnectionFlag = {
  /** It counts as InActConn. */
  inactive: 1,
  /** The server's answers are not seen here. */
  noOutput: 2,
  template: 4,
  onePacket: 8,
  /** Connection tracking follows it (NFCT). */
  tracked: 16,
  /** It stands in the table. */
  hashed: 32,
  /** It goes with the next tick unless a packet comes first. */
  condemned: 64,
  /** A template whose client got through to the server (IP_VS_CTPL_S_ASSURED). */
  assured: 128,
  /** Another director told of it (SYNC). */
  synced: 256,
  /** It began with a cookie: its sequence numbers are translated (synproxy). */
  synProxied: 512,
} as const;
