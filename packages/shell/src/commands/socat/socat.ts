/**
 * `socat` 1.7.4.4: two addresses with data going both ways between them. Here are standard streams, files, programs, TCP and
 * UDP with the options that scripts for load balancers use. Left out: all other addresses and options, notices about
 * descriptors and the data loop (-d -d), -v and -x, and what a buffer's address would be in a message (0x0).
 */
import type { Command, CommandContext } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import type { Channel } from "./channel.ts";
import { finishSocat } from "./finish.ts";
import { openFile, runProgram, standardStreams, type Use } from "./open-local.ts";
import { connectTcp, connectUdp, listenTcp, listenUdp, type Proceed } from "./open-network.ts";
import { type Address, readSocatOptions, SocatFailure, type SocatOptions } from "./options.ts";
import { notice } from "./report.ts";
import { transfer } from "./transfer.ts";

const VERSION =
  "socat by Gerhard Rieger and contributors - see www.dest-unreach.org\n" +
  "socat version 1.7.4.4 on 06 Nov 2022 08:15:51\n";

function* run(context: CommandContext): Generator<Wait, number, void> {
  return yield* finishSocat(context, function* () {
    const options = readSocatOptions(context.argv);
    if (options === "version") {
      yield* context.out(VERSION);
      return 0;
    }
    if (options === "help") throw new SocatFailure("-h is left out of lvsim");
    return yield* between(context, options);
  });
}

function* between(context: CommandContext, options: SocatOptions): Generator<Wait, number, void> {
  const { addresses, directions, verbosity } = options;
  const [first, second] = addresses;
  const uses: Readonly<Record<SocatOptions["directions"], readonly [Use, Use]>> = {
    both: ["both", "both"],
    forward: ["read", "write"],
    backward: ["write", "read"],
  };
  const [firstUse, secondUse] = uses[directions];
  return yield* open(context, first, firstUse, verbosity, function* (own, one) {
    return yield* open(own, second, secondUse, verbosity, function* (self, other) {
      yield* transfer(self.machine, options, one, other);
      yield* notice(self, verbosity, "exiting with status 0");
      return 0;
    });
  });
}

function* open(
  context: CommandContext,
  address: Address,
  use: Use,
  verbosity: number,
  proceed: Proceed,
): Generator<Wait, number, void> {
  let channel: Channel;
  switch (address.type) {
    case "TCP":
      return yield* connectTcp(context, address, verbosity, proceed);
    case "TCP-LISTEN":
      return yield* listenTcp(context, address, verbosity, proceed);
    case "UDP":
      return yield* connectUdp(context, address, verbosity, proceed);
    case "UDP-LISTEN":
      return yield* listenUdp(context, address, verbosity, proceed);
    case "EXEC":
    case "SYSTEM":
      yield* notice(context, verbosity, "forking off child, using socket for reading and writing");
      channel = runProgram(context, address);
      break;
    case "OPEN":
    case "CREATE":
      channel = openFile(context, address, use);
      break;
    default:
      yield* notice(context, verbosity, "reading from and writing to stdio");
      channel = standardStreams(context, address.type);
  }
  return yield* proceed(context, channel);
}

const socat: Command = { path: "/usr/bin/socat", aliases: ["/usr/bin/socat1"], run };

export const SOCAT_COMMANDS: readonly Command[] = [socat];
