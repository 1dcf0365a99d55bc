import { expect, test } from "vitest";
import { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import { START } from "../../../time/instant.ts";
import { type Connection, ConnectionFlag } from "../connection.ts";
import { ConnectionRows } from "../connection-rows.ts";
import { Destination } from "../destination.ts";
import { realServer, service } from "../director.fixture.ts";
import { Method } from "../method.ts";
import { Statistics } from "../statistics.ts";
import { Direction } from "./protocol.ts";
import { TcpProtocol } from "./tcp.ts";
import { FULLNAT_TCP, MAINLINE_TCP, TcpStep } from "./tcp-state-table.ts";

const STATES = ["NO", "ES", "SS", "SR", "FW", "TW", "CL", "CW", "LA", "LI", "SA"];
const FLAG = { syn: TcpFlag.syn, fin: TcpFlag.fin, ack: TcpFlag.ack, rst: TcpFlag.rst };

const connection = (
  rows: ConnectionRows,
  state: number,
  flags: number,
  served = false,
): Connection => {
  const address = 1 as Ipv4Address;
  const { masquerading } = Method;
  const { tcp } = IpProtocol;
  const server = served
    ? new Destination(service().identity, realServer(0), new Statistics())
    : null;
  const made = rows.add(tcp, address, 1, address, 1, 1, flags, masquerading, server, START);
  rows.setState(made, state);
  return made;
};

/** The state after a segment with `flags` in direction IN, OUT or IO. */
function next(
  secure: boolean,
  direction: string,
  flags: number,
  state: number,
  rules = MAINLINE_TCP,
): string {
  const rows = new ConnectionRows();
  const tcp = new TcpProtocol(rows, rules);
  tcp.setSecure(secure);
  const frame = new Frame(1);
  frame.tcpFlags = flags;
  const entry = connection(rows, state, direction === "IO" ? ConnectionFlag.noOutput : 0);
  const way = direction === "OUT" ? Direction.output : Direction.input;
  const step = tcp.stepAfter(tcp.lastStep(entry), way, frame);
  tcp.advance(entry, way, frame);
  if (direction !== "IO") expect(step & ~TcpStep.changes).toBe(tcp.lastStep(entry));
  if (direction !== "IO") expect((step & TcpStep.changes) !== 0).toBe(rows.state(entry) !== state);
  expect(rows.timeoutSeconds(entry)).toBe(tcp.timeouts[rows.state(entry)]);
  return STATES[rows.state(entry)] as string;
}

const TABLES = {
  normal: `
    IN syn | SR ES ES SR SR SR SR SR SR SR SR
    IN fin | CL CW SS TW TW TW CL CW LA LI TW
    IN ack | ES ES SS ES FW TW CL CW CL LI ES
    IN rst | CL CL CL SR CL CL CL CL LA LI SR
    OUT syn | SS ES SS SR SS SS SS SS SS LI SR
    OUT fin | TW FW SS TW FW TW CL TW LA LI TW
    OUT ack | ES ES SS ES FW TW CL CW LA ES ES
    OUT rst | CL CL SS CL CL TW CL CL CL CL CL
    IO syn | SR ES ES SR SR SR SR SR SR SR SR
    IO fin | CL FW SS TW FW TW CL CW LA LI TW
    IO ack | ES ES SS ES FW TW CL CW CL LI ES
    IO rst | CL CL CL SR CL CL CL CL LA LI CL`,
  secure: `
    IN syn | SR ES ES SR SR SR SR SR SR SR SA
    IN fin | CL CW SS TW TW TW CL CW LA LI SA
    IN ack | ES ES SS SR FW TW CL CW CL LI SA
    IN rst | CL CL CL SR CL CL CL CL LA LI CL
    OUT syn | SS ES SS SA SS SS SS SS SS LI SA
    OUT fin | TW FW SS TW FW TW CL TW LA LI TW
    OUT ack | ES ES SS ES FW TW CL CW LA ES ES
    OUT rst | CL CL SS CL CL TW CL CL CL CL CL
    IO syn | SA ES ES SR SA SA SA SA SA SA SA
    IO fin | CL FW SS TW FW TW CL CW LA LI TW
    IO ack | ES ES SS ES FW TW CL CW CL LI ES
    IO rst | CL CL CL SR CL CL CL CL LA LI CL`,
};

const rows = Object.entries(TABLES).flatMap(([table, text]) =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const [head, cells] = line.split("|") as [string, string];
      const [direction, event] = head.trim().split(" ") as [string, keyof typeof FLAG];
      return { table, direction, event, cells: cells.trim().split(" ") };
    }),
);

test.each(rows)("$table: $direction $event moves every state as the kernel's table", (row) => {
  const reached = STATES.map((_, state) =>
    next(row.table === "secure", row.direction, FLAG[row.event], state),
  );
  expect(reached).toEqual(row.cells);
});

test.each([
  { flags: TcpFlag.rst | TcpFlag.syn | TcpFlag.ack, event: "rst", to: "CL" },
  { flags: TcpFlag.syn | TcpFlag.fin | TcpFlag.ack, event: "syn", to: "ES" },
  { flags: TcpFlag.fin | TcpFlag.ack, event: "fin", to: "CW" },
  { flags: TcpFlag.psh, event: "none", to: "CL" },
])("a segment with several flags counts as $event", ({ flags, to }) => {
  expect(next(false, "IN", flags, 1)).toBe(to);
});

test("an answer that is seen ends the input-only reading for good", () => {
  const rows = new ConnectionRows();
  const tcp = new TcpProtocol(rows, MAINLINE_TCP);
  const entry = connection(rows, 1, ConnectionFlag.noOutput);
  const answer = new Frame(1);
  answer.tcpFlags = TcpFlag.ack;
  tcp.advance(entry, Direction.output, answer);
  const fin = new Frame(2);
  fin.tcpFlags = TcpFlag.fin;
  tcp.advance(entry, Direction.input, fin);
  expect(tcp.stateName(rows.state(entry))).toBe("CLOSE_WAIT");
});

test("with FULLNAT only a client's late ACK is judged otherwise, and only ESTABLISHED is active", () => {
  for (const row of rows) {
    const reached = STATES.map((_, state) =>
      next(row.table === "secure", row.direction, FLAG[row.event], state, FULLNAT_TCP),
    );
    const late = row.event === "ack" && row.direction !== "OUT";
    expect(reached).toEqual(late ? ["CL", ...row.cells.slice(1)] : row.cells);
  }
  expect(STATES.filter((_, state) => ((FULLNAT_TCP.active >> state) & 1) === 1)).toEqual(["ES"]);
  expect(FULLNAT_TCP.timeouts).toEqual([2, 90, 3, 30, 7, 7, 3, 7, 7, 120, 30]);
});

test("a step says which acknowledgements will leave the state, and whether it counts as active", () => {
  const said = STATES.map((name, state) => {
    const rows = new ConnectionRows();
    const step = new TcpProtocol(rows, MAINLINE_TCP).lastStep(connection(rows, state, 0));
    const request = (step & TcpStep.leftByRequests) === 0 ? "" : " <";
    const answer = (step & TcpStep.leftByAnswers) === 0 ? "" : " >";
    return `${name}${request}${answer}${(step & TcpStep.active) === 0 ? "" : " active"}`;
  });
  expect(said).toEqual([
    "NO",
    "ES < > active",
    "SS < > active",
    "SR active",
    "FW < >",
    "TW < >",
    "CL < >",
    "CW < >",
    "LA >",
    "LI <",
    "SA active",
  ]);
});

test("steps do to a connection what its packets do", () => {
  for (const flags of [TcpFlag.syn, TcpFlag.ack, TcpFlag.fin | TcpFlag.ack, TcpFlag.rst])
    for (const way of [Direction.input, Direction.output])
      for (let state = 0; state < STATES.length; state++) {
        const [advanced, stepped] = [0, 1].map((steps) => {
          const rows = new ConnectionRows();
          const tcp = new TcpProtocol(rows, MAINLINE_TCP);
          const entry = connection(rows, 0, ConnectionFlag.inactive, true);
          tcp.enter(entry, state);
          const frame = new Frame(1);
          frame.tcpFlags = flags;
          if (steps === 0) tcp.advance(entry, way, frame);
          else {
            const last = tcp.lastStep(entry);
            const step = tcp.stepAfter(last, way, frame);
            if ((step & TcpStep.changes) !== 0) tcp.take(entry, last, step);
          }
          const { activeConnections, inactiveConnections } = rows.server(entry) as Destination;
          return [
            rows.state(entry),
            rows.timeoutSeconds(entry),
            rows.has(entry, ConnectionFlag.inactive),
            activeConnections,
            inactiveConnections,
          ];
        });
        expect(stepped, `${flags} ${way} ${STATES[state]}`).toEqual(advanced);
      }
});
