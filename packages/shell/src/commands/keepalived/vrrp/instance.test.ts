import {
  type Duration,
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  milliseconds,
  parseIpv4Address,
  seconds,
} from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { completeInstance, type VrrpSettings } from "../config/complete-vrrp.ts";
import { newConfig, newInstance } from "../config/defaults.ts";
import type { VrrpConfig } from "../config/model.ts";
import { NOWHERE } from "../config/report.ts";
import { VrrpInstance, type VrrpPort } from "./instance.ts";

const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const OURS = address("10.0.0.2");
const LOWER = address("10.0.0.1");
const HIGHER = address("10.0.0.3");

const settings = (changes: Partial<VrrpConfig> = {}): VrrpSettings => {
  const vrrp = newInstance("VI_1", NOWHERE);
  Object.assign(vrrp, { interface: "eth0", routerId: 51, priority: 100, state: "BACKUP" }, changes);
  vrrp.addresses.push({
    address: address("10.0.0.100"),
    prefixLength: 32,
    device: "",
    label: "",
    broadcast: null,
    scope: 0,
    tracked: true,
    place: NOWHERE,
  });
  return completeInstance(
    vrrp,
    newConfig().global,
    { report: () => {} },
    () => true,
  ) as VrrpSettings;
};

/** An instance on nothing: what it does is noted, and time is turned by hand. */
class Bench implements VrrpPort {
  now = 0 as Instant;
  readonly done: string[] = [];
  readonly instance: VrrpInstance;
  private deadline: Instant | null = null;
  private later: { readonly at: number; readonly repeat: number }[] = [];

  constructor(changes: Partial<VrrpConfig> = {}) {
    this.instance = new VrrpInstance(settings(changes), OURS, false, this);
    this.instance.begin(null);
    this.done.length = 0;
  }

  say(): void {}
  detail(): void {}
  send(_instance: VrrpInstance, priority: number): void {
    this.done.push(`advert ${priority}`);
  }
  setAddresses(): void {
    this.done.push("set");
  }
  removeAddresses(): void {
    this.done.push("remove");
  }
  announce(_instance: VrrpInstance, repeat: number): void {
    this.done.push(`garp x${repeat}`);
  }
  announceLater(_instance: VrrpInstance, delay: Duration, repeat: number): void {
    this.later.push({ at: this.now + delay, repeat });
  }
  notify({ state }: VrrpInstance): void {
    this.done.push(`notify ${state}`);
  }
  arm(_instance: VrrpInstance, deadline: Instant | null): void {
    this.deadline = deadline;
  }
  mayBecomeMaster(): boolean {
    return true;
  }
  moved(): void {}

  /** Lets time pass; the timer fires when it is due. */
  pass(time: Duration): void {
    const end = this.now + time;
    for (;;) {
      const due = this.deadline;
      if (due === null || due > end) break;
      this.now = due;
      this.deadline = null;
      this.instance.timeout();
    }
    this.now = end as Instant;
  }

  hear(priority: number, source = LOWER, interval = 1): void {
    this.instance.receive({
      advert: {
        version: this.instance.settings.version,
        type: 1,
        routerId: 51,
        priority,
        count: 1,
        interval,
        authType: 0,
      },
      source,
    });
  }
}

/** A master that heard and did nothing yet. */
function master(changes: Partial<VrrpConfig> = {}): Bench {
  const bench = new Bench(changes);
  bench.pass(seconds(4));
  bench.done.length = 0;
  return bench;
}

describe("the master-down time is three intervals and the skew", () => {
  test.each<[string, Partial<VrrpConfig>, number]>([
    ["priority 100, 1 s, version 2", {}, 3e9 + (156 * 1e9) / 256],
    ["priority 254", { priority: 254 }, 3e9 + (2 * 1e9) / 256],
    [
      "2 s, version 2: the skew is of a second",
      { advertInterval: seconds(2) },
      6e9 + (156 * 1e9) / 256,
    ],
    [
      "0.1 s, version 3: the skew is of the interval",
      { version: 3, advertInterval: milliseconds(100) },
      3e8 + (156 * 1e8) / 256,
    ],
  ])("%s", (_what, changes, expected) => {
    const bench = new Bench(changes);
    bench.pass(Math.floor(expected - 1) as Duration);
    expect(bench.instance.state).toBe("BACKUP");
    bench.pass(1 as Duration);
    expect(bench.instance.state).toBe("MASTER");
  });

  test("the owner of the addresses does not wait", () => {
    const bench = new Bench({ priority: 255, state: "MASTER" });
    bench.pass(milliseconds(1));
    expect(bench.instance.state).toBe("MASTER");
  });
});

test("who becomes master takes the addresses, announces them, tells and says so, in this order", () => {
  const bench = new Bench();
  bench.pass(seconds(4));
  expect(bench.done).toEqual(["set", "garp x5", "notify MASTER", "advert 100"]);
});

test("a master says so every interval and announces anew as often as it is told", () => {
  const garp = { ...newInstance("", NOWHERE).garp, refresh: seconds(2), refreshRepeat: 3 };
  const bench = master({ garp });
  bench.pass(seconds(4));
  expect(bench.done).toEqual([
    "advert 100",
    "garp x3",
    "advert 100",
    "advert 100",
    "garp x3",
    "advert 100",
  ]);
});

interface Row {
  readonly what: string;
  readonly from: "BACKUP" | "MASTER";
  readonly changes?: Partial<VrrpConfig>;
  readonly hears: readonly [priority: number, source?: Ipv4Address];
  readonly to: string;
  readonly does: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: "a higher priority",
    from: "MASTER",
    hears: [150],
    to: "BACKUP",
    does: ["remove", "notify BACKUP"],
  },
  {
    what: "a lower one",
    from: "MASTER",
    hears: [50],
    to: "MASTER",
    does: ["advert 100", "garp x5"],
  },
  {
    what: "a lower one, told to keep silent",
    from: "MASTER",
    changes: { lowerPriorityNoAdvert: true },
    hears: [50],
    to: "MASTER",
    does: ["garp x5"],
  },
  {
    what: "its own from a higher address",
    from: "MASTER",
    hears: [100, HIGHER],
    to: "BACKUP",
    does: ["remove", "notify BACKUP"],
  },
  {
    what: "its own from a lower address",
    from: "MASTER",
    hears: [100, LOWER],
    to: "MASTER",
    does: ["advert 100", "garp x5"],
  },
  { what: "a master that resigns", from: "MASTER", hears: [0], to: "MASTER", does: ["advert 100"] },
  {
    what: "a higher one, told to answer",
    from: "MASTER",
    changes: { higherPrioritySendAdvert: true },
    hears: [150],
    to: "BACKUP",
    does: ["advert 100", "remove", "notify BACKUP"],
  },
  { what: "a higher priority", from: "BACKUP", hears: [150], to: "BACKUP", does: [] },
  {
    what: "its own from a lower address",
    from: "BACKUP",
    hears: [100, LOWER],
    to: "BACKUP",
    does: [],
  },
  { what: "a lower one", from: "BACKUP", hears: [50], to: "BACKUP", does: [] },
];

test.each(rows)(
  "a $from that hears $what is $to",
  ({ from, changes, hears: [priority, source], to, does }) => {
    const bench = from === "MASTER" ? master(changes) : new Bench(changes);
    bench.hear(priority, source);
    expect(bench.instance.state).toBe(to);
    expect(bench.done).toEqual(does);
  },
);

describe("a backup that hears a lesser master", () => {
  const afterHearing = (changes: Partial<VrrpConfig>, count: number): string => {
    const bench = new Bench(changes);
    for (let i = 0; i < count; i++) {
      bench.pass(seconds(1));
      bench.hear(50);
    }
    return bench.instance.state;
  };

  test("takes over when its timer runs out, which such advertisements do not put off", () => {
    expect(afterHearing({}, 3)).toBe("BACKUP");
    expect(afterHearing({}, 4)).toBe("MASTER");
  });

  test("never does with nopreempt", () => {
    expect(afterHearing({ nopreempt: true }, 60)).toBe("BACKUP");
  });

  test("does so only after preempt_delay", () => {
    const changes = { preemptDelay: seconds(10) };
    expect(afterHearing(changes, 10)).toBe("BACKUP");
    expect(afterHearing(changes, 16)).toBe("MASTER");
  });
});

test("a master that resigns is followed after the skew alone", () => {
  const bench = new Bench();
  bench.hear(150);
  bench.hear(0);
  bench.pass(milliseconds(609));
  expect(bench.instance.state).toBe("BACKUP");
  bench.pass(milliseconds(1));
  expect(bench.instance.state).toBe("MASTER");
});

test("in version 3 the master's interval is what counts", () => {
  const bench = new Bench({ version: 3 });
  bench.hear(150, HIGHER, 300);
  bench.pass(seconds(9));
  expect(bench.instance.state).toBe("BACKUP");
  bench.pass(seconds(2));
  expect(bench.instance.state).toBe("MASTER");
});

test("a fault ends mastership at once and says so; recovery begins as backup", () => {
  const bench = master();
  bench.instance.faults = 1;
  bench.instance.fail();
  expect([bench.instance.state, bench.done]).toEqual([
    "FAULT",
    ["advert 0", "remove", "notify FAULT"],
  ]);
  bench.hear(10);
  bench.pass(seconds(60));
  expect(bench.instance.state).toBe("FAULT");
  bench.instance.faults = 0;
  bench.instance.recover();
  expect(bench.instance.state).toBe("BACKUP");
});

test("a daemon that ends hands over", () => {
  const bench = master();
  bench.instance.stop(false);
  expect(bench.done).toEqual(["advert 0", "remove"]);
  expect(formatIpv4Address(bench.instance.source)).toBe("10.0.0.2");
});
