/** What iputils' versions say differently: 20221126 of Debian 12, s20160308 of CentOS 7 (known from its source only). */
import { errnoText } from "@lvsim/core";

export interface PingDialect {
  readonly version: string;
  /** connect(2) of the socket that looks for a source address failed. */
  connectFailed(errno: number): string;
  unresolved(name: string): string;
  unknownInterface(name: string): string;
  /** The last digit of a time is rounded; else the rest is cut off. */
  readonly roundsTimes: boolean;
  /** What is said when a probe could not be sent; "" for nothing. */
  sendFailed(errno: number): string;
  tooLong(mtu: number): string;
}

export const IPUTILS_20221126: PingDialect = {
  version:
    "ping from iputils 20221126\n" +
    "libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n",
  connectFailed: (errno) => `ping: connect: ${errnoText(errno)}\n`,
  unresolved: (name) => `ping: ${name}: Temporary failure in name resolution\n`,
  unknownInterface: (name) => `ping: SO_BINDTODEVICE ${name}: No such device\n`,
  roundsTimes: true,
  sendFailed: () => "",
  tooLong: (mtu) => `ping: local error: message too long, mtu=${mtu}\n`,
};

export const IPUTILS_20160308: PingDialect = {
  version: "ping utility, iputils-s20160308\n",
  connectFailed: (errno) => `connect: ${errnoText(errno)}\n`,
  unresolved: (name) => `ping: ${name}: Name or service not known\n`,
  unknownInterface: (name) => `ping: unknown iface ${name}\n`,
  roundsTimes: false,
  sendFailed: (errno) => `ping: sendmsg: ${errnoText(errno)}\n`,
  tooLong: (mtu) => `ping: local error: Message too long, mtu=${mtu}\n`,
};
