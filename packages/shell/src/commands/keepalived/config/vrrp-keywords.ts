/**
 * `vrrp_instance`, `vrrp_sync_group`, `vrrp_script`. Read and without effect: IPv6, rules, track_file, track_process,
 * track_bfd, linkbeat, mail, debug levels, sockets' buffers.
 */
import { parseIpv4Address } from "@lvsim/core";
import { newInstance, newSyncGroup, newTrackScript } from "./defaults.ts";
import {
  count,
  type Entry,
  ignoredKeywords,
  last,
  passOver,
  run,
  scriptOf,
  timer,
  word,
} from "./entries.ts";
import type { KeepalivedConfig, Notifications, VrrpConfig } from "./model.ts";
import type { ConfigReader, Keyword } from "./reader.ts";
import { readNumber, readOption } from "./values.ts";
import { readAddresses, readPeers, readRoutes, readTracked } from "./vrrp-lists.ts";

function notifyEntries(current: () => Notifications): Entry[] {
  const set = (word: string, kind: keyof Notifications): Entry =>
    run(word, (_words, reader) => {
      current()[kind] = scriptOf(reader);
    });
  return [
    set("notify_master", "master"),
    set("notify_backup", "backup"),
    set("notify_fault", "fault"),
    set("notify_stop", "stop"),
    set("notify", "any"),
  ];
}

export function vrrpKeywords(config: KeepalivedConfig): Entry[] {
  return [
    [
      "vrrp_instance",
      {
        run: (words, reader) => {
          const name = reader.word(words, 1);
          config.hasInstances = true;
          if (config.instances.some((other) => other.name === name)) {
            reader.report(`vrrp instance ${name} already defined`);
            return reader.skipBlock();
          }
          config.instances.push(newInstance(name, reader.place));
        },
        sub: new Map(instanceEntries(() => last(config.instances))),
      },
    ],
    ["vrrp_sync_group", syncGroup(config)],
    ["vrrp_script", trackScript(config)],
    ["vrrp_track_file", { run: passOver }],
    ["track_file", { run: passOver }],
    ["vrrp_track_process", { run: passOver }],
    ["track_process", { run: passOver }],
    ["garp_group", { run: passOver }],
    ["static_track_group", { run: passOver }],
  ];
}

const IGNORED = `
  linkbeat_use_polling native_ipv6 track_src_ip no_track_src_ip kernel_rx_buf_size smtp_alert debug 
    notify_priority_changes notify_deleted notify_master_rx_lower_pri garp_extra_if
  vmac_garp_intvl owner_ignore_adverts check_unicast_src unicast_fault_no_peer promote_secondaries
  old_unicast_checksum ttl min_ttl max_ttl use_vmac_addr use_ipvlan  
`;

function instanceEntries(vrrp: () => VrrpConfig): Entry[] {
  return [
    ...ignoredKeywords(IGNORED),
    ...identityEntries(vrrp),
    ...timingEntries(vrrp),
    ...listEntries(vrrp),
    ...notifyEntries(() => vrrp().notify),
  ];
}

function identityEntries(vrrp: () => VrrpConfig): Entry[] {
  return [
    word("interface", (value) => {
      vrrp().interface = value;
    }),
    run("state", (words, reader) => {
      const state = reader.word(words, 1);
      if (state === "MASTER" || state === "BACKUP") vrrp().state = state;
      else reader.report(`(${vrrp().name}) unknown state '${state}', defaulting to BACKUP`);
    }),
    run("virtual_router_id", (words, reader) => {
      const id = Number(reader.word(words, 1));
      if (Number.isInteger(id) && id >= 1 && id <= 255) vrrp().routerId = id;
      else
        reader.report(
          `(${vrrp().name}): VRRP Error : VRID not valid - must be between 1 & 255. reconfigure !`,
        );
    }),
    run("priority", (words, reader) => {
      const priority = Number(reader.word(words, 1));
      if (Number.isInteger(priority) && priority >= 1 && priority <= 255)
        vrrp().priority = priority;
      else
        reader.report(
          `(${vrrp().name}) Priority not valid! must be between 1 & 255. Using default 100`,
        );
    }),
    count("version", 2, 3, (value) => {
      vrrp().version = value === 3 ? 3 : 2;
    }),
    run("strict_mode", (words, reader) => {
      vrrp().strict = readOption(reader, words, "strict_mode");
    }),
    run("accept", () => {
      vrrp().accept = true;
    }),
    run("no_accept", () => {
      vrrp().accept = false;
    }),
    run("dont_track_primary", () => {
      vrrp().ignoresInterface = true;
    }),
    run("nopreempt", () => {
      vrrp().nopreempt = true;
    }),
    run("preempt", () => {
      vrrp().nopreempt = false;
    }),
    run("skip_check_adv_addr", () => {}),
    run("use_vmac", (words) => {
      vrrp().virtualMac = words.find((word, i) => i > 0 && !word.includes(":")) ?? "";
    }),
    run("vmac_xmit_base", () => {
      vrrp().sendsFromBase = true;
    }),
    word("lvs_sync_daemon_interface", (value) => {
      vrrp().syncInterface = value;
    }),
    ["mcast_src_ip", sourceAddress(vrrp)],
    ["unicast_src_ip", sourceAddress(vrrp)],
    ["authentication", { sub: new Map(authEntries(vrrp)) }],
  ];
}

const sourceAddress = (vrrp: () => VrrpConfig): Keyword => ({
  run: (words, reader) => {
    const source = parseIpv4Address(reader.word(words, 1));
    if (source === undefined)
      reader.report(
        `Configuration error: VRRP instance[${vrrp().name}] malformed src address[${words[1]}]. Skipping..`,
      );
    else vrrp().source = source;
  },
});

const PASSWORD_MAX = 8;

function authEntries(vrrp: () => VrrpConfig): Entry[] {
  return [
    run("auth_type", (words, reader) => {
      const type = reader.word(words, 1);
      if (type === "PASS" || type === "AH") vrrp().authType = type;
      else reader.report(`(${vrrp().name}) unknown authentication type '${type}'`);
    }),
    run("auth_pass", (words, reader) => {
      const password = reader.word(words, 1);
      if (password.length > PASSWORD_MAX)
        reader.report(`Truncating auth_pass to ${PASSWORD_MAX} characters`);
      vrrp().authPassword = password.slice(0, PASSWORD_MAX);
    }),
  ];
}

const GARP_MAX = 0xffffffff;

function timingEntries(vrrp: () => VrrpConfig): Entry[] {
  return [
    timer(
      "advert_int",
      (value) => {
        vrrp().advertInterval = value;
      },
      0.01,
      255,
    ),
    timer(
      "preempt_delay",
      (value) => {
        vrrp().preemptDelay = value;
      },
      0,
      1000,
    ),
    timer("garp_master_delay", (value) => {
      vrrp().garp.delay = value;
    }),
    count("garp_master_repeat", 0, GARP_MAX, (value) => {
      vrrp().garp.repeat = Math.max(value, 1);
    }),
    timer("garp_master_refresh", (value) => {
      vrrp().garp.refresh = value;
    }),
    count("garp_master_refresh_repeat", 0, GARP_MAX, (value) => {
      vrrp().garp.refreshRepeat = Math.max(value, 1);
    }),
    timer("garp_lower_prio_delay", (value) => {
      vrrp().garp.lowerPriorityDelay = value;
    }),
    count("garp_lower_prio_repeat", 0, GARP_MAX, (value) => {
      vrrp().garp.lowerPriorityRepeat = value;
    }),
    run("lower_prio_no_advert", (words, reader) => {
      vrrp().lowerPriorityNoAdvert = readOption(reader, words, "lower_prio_no_advert");
    }),
    run("higher_prio_send_advert", (words, reader) => {
      vrrp().higherPrioritySendAdvert = readOption(reader, words, "higher_prio_send_advert");
    }),
  ];
}

function listEntries(vrrp: () => VrrpConfig): Entry[] {
  const block = (word: string, body: (reader: ConfigReader) => void): Entry =>
    run(word, (_words, reader) => body(reader));
  return [
    block("virtual_ipaddress", (reader) => readAddresses(reader, vrrp().addresses)),
    block("virtual_ipaddress_excluded", (reader) =>
      readAddresses(reader, vrrp().excludedAddresses),
    ),
    block("virtual_routes", (reader) => readRoutes(reader, vrrp().routes)),
    block("virtual_rules", (reader) => reader.block(() => {})),
    block("track_interface", (reader) => readTracked(reader, vrrp().trackInterfaces, vrrp().name)),
    block("track_script", (reader) => readTracked(reader, vrrp().trackScripts, vrrp().name)),
    block("track_file", (reader) => reader.block(() => {})),
    block("track_process", (reader) => reader.block(() => {})),
    block("track_bfd", (reader) => reader.block(() => {})),
    block("unicast_peer", (reader) => readPeers(reader, vrrp().peers, vrrp().name)),
  ];
}

function syncGroup(config: KeepalivedConfig): Keyword {
  const group = () => last(config.groups);
  return {
    run: (words, reader) => {
      config.groups.push(newSyncGroup(reader.word(words, 1), reader.place));
    },
    sub: new Map<string, Keyword>([
      ...ignoredKeywords(
        "smtp_alert global_tracking sync_group_tracking_weight notify_priority_changes",
      ),
      run("group", (_words, reader) => reader.block((names) => group().members.push(...names))),
      run("track_interface", (_words, reader) =>
        readTracked(reader, group().trackInterfaces, group().name),
      ),
      run("track_script", (_words, reader) =>
        readTracked(reader, group().trackScripts, group().name),
      ),
      run("track_file", passOver),
      run("track_process", passOver),
      run("track_bfd", passOver),
      ...notifyEntries(() => group().notify),
    ]),
  };
}

function trackScript(config: KeepalivedConfig): Keyword {
  const script = () => last(config.scripts);
  return {
    run: (words, reader) => {
      config.scripts.push(newTrackScript(reader.word(words, 1), reader.place));
    },
    sub: new Map<string, Keyword>([
      ...ignoredKeywords("user"),
      run("script", (_words, reader) => {
        script().script = scriptOf(reader);
      }),
      timer(
        "interval",
        (value) => {
          script().interval = value;
        },
        1,
      ),
      timer("timeout", (value) => {
        script().timeout = value;
      }),
      run("weight", (words, reader) => {
        const value = readNumber(reader, words, 1, -253, 253);
        if (value !== null) script().weight = value;
      }),
      count("rise", 1, 0x7fffffff, (value) => {
        script().rise = value;
      }),
      count("fall", 1, 0x7fffffff, (value) => {
        script().fall = value;
      }),
      run("init_fail", () => {
        script().startsFailed = true;
      }),
    ]),
    end: (reader) => {
      if (script().script !== null) return;
      reader.report(`No script set for vrrp_script ${script().name} - removing`);
      config.scripts.pop();
    },
  };
}
