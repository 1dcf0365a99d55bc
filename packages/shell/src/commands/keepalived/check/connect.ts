/** A TCP connection on trial: what a checker does once it stands, or why it does not (layer4.c). */
import { type Duration, Errno, type TcpSocket, TcpState } from "@lvsim/core";
import { ProcessSockets } from "../../../network/process-sockets.ts";
import type { CheckerSettings } from "../config/complete-services.ts";
import type { ServerEnd } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";

type Failure = "timeout" | "failed";

export interface Trial {
  /** Called when the connection stands, and again whenever something came in. */
  readonly onReady: (socket: TcpSocket) => void;
  readonly onFailure: (why: Failure) => void;
}

/** Connects; gives what ends the trial. */
export function connect(
  context: DaemonContext,
  target: ServerEnd,
  settings: Pick<CheckerSettings, "bindAddress" | "connectTimeout">,
  trial: Trial,
): () => void {
  const { loop, process, namespace } = context;
  const socket = new ProcessSockets(process.descriptors, namespace).tcp();
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    socket.onEvent = null;
    timer.cancel();
    socket.close();
  };
  const fail = (why: Failure): void => {
    if (isOver) return;
    end();
    trial.onFailure(why);
  };
  const timer = loop.after(settings.connectTimeout as Duration, () => fail("timeout"));
  const look = (): void => {
    if (isOver) return;
    const error = socket.takeError();
    if (error !== 0) return fail(error === Errno.ETIMEDOUT ? "timeout" : "failed");
    if (socket.state === TcpState.synSent) return;
    trial.onReady(socket);
  };
  socket.onEvent = () => loop.soon(look);
  if (settings.bindAddress !== null) socket.bind({ address: settings.bindAddress, port: 0 });
  const errno = socket.connect(target);
  if (errno !== 0 && errno !== Errno.EINPROGRESS) loop.soon(() => fail("failed"));
  return end;
}
