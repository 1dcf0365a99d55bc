/** Which clients a change sends to another server, and which of them it had to: pure functions of who was where before and after. */

export interface DisruptionReport {
  /** Clients that were somewhere before and are somewhere after. */
  readonly clients: number;
  /** Those among them that are at another server. */
  readonly moved: number;
  /** Those that moved although their server is still there. */
  readonly needless: number;
}

/** `gone` are the servers that the change took away: whoever was there has to move. */
export function disruptionReport<Client, Server>(
  before: ReadonlyMap<Client, Server>,
  after: ReadonlyMap<Client, Server>,
  gone: ReadonlySet<Server> = new Set(),
): DisruptionReport {
  let clients = 0;
  let moved = 0;
  let needless = 0;
  for (const [client, server] of before) {
    const now = after.get(client);
    if (now === undefined) continue;
    clients++;
    if (now === server) continue;
    moved++;
    if (!gone.has(server)) needless++;
  }
  return { clients, moved, needless };
}
