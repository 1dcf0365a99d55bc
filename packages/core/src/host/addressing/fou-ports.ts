/** `ip fou`: ports whose datagrams carry packets. */
import { Errno } from "../../base/errno.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import type { FouPortConfig } from "../tunnel/config.ts";

/** Opens a port. EADDRINUSE: another has it on the same address, or on any. */
export function addFouPort(draft: NamespaceDraft, port: FouPortConfig): Errno {
  if (draft.fou.some((other) => collide(other, port))) return Errno.EADDRINUSE;
  draft.fou.unshift(port);
  return 0;
}

/** Closes the port of these numbers and addresses. EINVAL: there is none. */
export function removeFouPort(
  draft: NamespaceDraft,
  { port, local, peer, peerPort, device }: Omit<FouPortConfig, "kind" | "protocol">,
): Errno {
  const at = draft.fou.findIndex(
    (other) =>
      other.port === port &&
      other.local === local &&
      other.peer === peer &&
      other.peerPort === peerPort &&
      other.device === device,
  );
  if (at < 0) return Errno.EINVAL;
  draft.fou.splice(at, 1);
  return 0;
}

const collide = (a: FouPortConfig, b: FouPortConfig): boolean =>
  a.port === b.port &&
  (a.local === b.local || a.local === 0 || b.local === 0) &&
  (a.device === b.device || a.device === 0 || b.device === 0);
