/** What an ICMP error means to a socket (`icmp_err_convert` and its callers in `tcp_v4_err`, `__udp4_lib_err`). */
import { Errno } from "../../base/errno.ts";
import type { Frame } from "../../packet/frame.ts";
import { IcmpType } from "../../packet/protocol.ts";

/** By code of destination unreachable: errno, and whether it ends a UDP socket's patience at once. */
const UNREACHABLE: readonly { readonly errno: Errno; readonly fatal: boolean }[] = [
  { errno: Errno.ENETUNREACH, fatal: false },
  { errno: Errno.EHOSTUNREACH, fatal: false },
  { errno: Errno.ENOPROTOOPT, fatal: true },
  { errno: Errno.ECONNREFUSED, fatal: true },
  { errno: Errno.EMSGSIZE, fatal: true },
  { errno: Errno.EOPNOTSUPP, fatal: false },
  { errno: Errno.ENETUNREACH, fatal: true },
  { errno: Errno.EHOSTDOWN, fatal: true },
  { errno: Errno.ENONET, fatal: true },
  { errno: Errno.ENETUNREACH, fatal: true },
  { errno: Errno.EHOSTUNREACH, fatal: true },
  { errno: Errno.ENETUNREACH, fatal: false },
  { errno: Errno.EHOSTUNREACH, fatal: false },
  { errno: Errno.EHOSTUNREACH, fatal: true },
  { errno: Errno.EHOSTUNREACH, fatal: true },
  { errno: Errno.EHOSTUNREACH, fatal: true },
];

/** 0 when sockets do not care: redirects, source quench, unknown codes. */
export function icmpErrno(error: Frame): Errno {
  switch (error.icmpType) {
    case IcmpType.destinationUnreachable:
      return UNREACHABLE[error.icmpCode]?.errno ?? 0;
    case IcmpType.timeExceeded:
      return Errno.EHOSTUNREACH;
    case IcmpType.parameterProblem:
      return Errno.EPROTO;
    default:
      return 0;
  }
}

/** Whether a connected UDP socket hears of it without having asked for (IP_RECVERR). */
export function icmpIsFatal(error: Frame): boolean {
  if (error.icmpType === IcmpType.parameterProblem) return true;
  if (error.icmpType !== IcmpType.destinationUnreachable) return false;
  return UNREACHABLE[error.icmpCode]?.fatal ?? false;
}
