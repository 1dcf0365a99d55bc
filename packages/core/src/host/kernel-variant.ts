/**
 * Kernel releases whose behaviour differs where lvsim models it (ipvs-behaviour.md §0), in IPVS alone:
 *
 * - what an active connection weighs for lc, wlc, lblc, lblcr and twos (ipvs/schedulers/overhead.ts);
 * - when a server counts as overloaded (ipvs/overload.ts).
 *
 * The fork's IPVS is that of Linux 2.6.32, which counts as 6.1.176 does whatever kernel a machine says it has.
 *
 * Two further changes show nothing here. InActConn is counted by 6.1.176 and reckoned from the total by 6.1.192: the two
 * part only where processors race. And a template of 6.1.176 could take the one-packet flag over from its server, which
 * no command of ipvsadm gives a server.
 */
export type KernelVariant = "6.1.192" | "6.1.176";
