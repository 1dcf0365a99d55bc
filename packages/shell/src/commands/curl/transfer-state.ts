/** What the parts of one transfer share, and the problems that several of them meet. */
import { errnoText } from "@lvsim/core";
import type { CurlProblem } from "./dialect.ts";
import { type Deadlines, millisecondsSince } from "./open-connection.ts";
import type { Output } from "./output.ts";
import type { Session } from "./session.ts";
import type { TransferInfo } from "./write-out.ts";

export const RECEIVE_ERROR = 56;

/** The state of one transfer, over all its redirects. */
export interface Transfer {
  readonly session: Session;
  readonly output: Output;
  readonly info: TransferInfo;
  readonly deadlines: Deadlines;
}

export const timedOut = (
  { deadlines, info, session }: Pick<Transfer, "deadlines" | "info" | "session">,
  total: number,
): CurlProblem =>
  session.dialect.transferTimedOut(
    millisecondsSince(session, deadlines.startedAt),
    info.downloaded,
    total,
  );

export const receiveFailed = (errno: number): CurlProblem => ({
  code: RECEIVE_ERROR,
  text: `Recv failure: ${errnoText(errno)}`,
});

export const WRITE_FAILED: CurlProblem = {
  code: 23,
  text: "Failure writing output to destination",
};
