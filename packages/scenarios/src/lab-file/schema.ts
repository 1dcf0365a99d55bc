/**
 * The form of a lab file (`*.lab.yml`): topology and what is not a command. Everything that a person would type stands
 * in `start` and `traffic` as plain shell. Strict: an unknown word is an error with its line.
 */
import { z } from "zod";
import { check } from "./check-schema.ts";
import { failure } from "./failure-schema.ts";
import { step } from "./step-schema.ts";
import { durationSchema, probabilitySchema, rateSchema } from "./units.ts";
import { variant } from "./variant-schema.ts";
import { vary } from "./vary-schema.ts";
import { bilingual, name } from "./words.ts";

/** Version of the form. A change that old files do not survive gets the next number. */
const FORMAT = 1;

const PREFIX = /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/;

const segment = z.strictObject({
  /** The subnet of the segment; only a check on the addresses of its hosts. */
  prefix: z.string().regex(PREFIX, "a prefix looks like 192.168.31.0/24").optional(),
  /** From one end of a cable to the other. */
  delay: durationSchema.default(50_000 as z.output<typeof durationSchema>),
  rate: rateSchema.optional(),
  loss: probabilitySchema.default(0),
  duplication: probabilitySchema.default(0),
  reordering: probabilitySchema.default(0),
});
export type SegmentSpec = z.output<typeof segment>;

const device = z.strictObject({
  segment: name,
  /** Address and prefix length, configured as the machine boots. */
  address: z.string().regex(PREFIX, "an address looks like 192.168.31.128/24").optional(),
  mac: z
    .string()
    .regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i, "a MAC address looks like 02:00:00:00:00:01")
    .optional(),
});
export type DeviceSpec = z.output<typeof device>;

const file = z.strictObject({
  content: z.string(),
  /** Permission bits in octal, as `755`. */
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/, "a mode is three or four octal digits")
    .default("644"),
});

const host = z.strictObject({
  /** What it is, in a word or two, for pictures. */
  role: bilingual.optional(),
  image: z.enum(["debian-12", "centos-7"]).optional(),
  hostname: z.string().optional(),
  devices: z.record(
    z.string().regex(/^[a-z][a-z0-9]{0,13}[0-9]$/, "a device is called eth0, ens33 …"),
    device,
  ),
  /** Default gateway, configured as the machine boots. */
  gateway: z.string().optional(),
  /** Files that are there when the machine boots, by path. */
  files: z.record(z.string().startsWith("/"), file).default({}),
  /** What is typed on it before the lab begins, line by line; it must succeed unless a line ends in `# fails`. */
  start: z.string().default(""),
});
export type HostSpec = z.output<typeof host>;

const traffic = z.strictObject({
  from: name,
  run: z.string(),
  times: z.int().min(1).max(10_000).default(1),
  every: durationSchema.default(1_000_000_000 as z.output<typeof durationSchema>),
  /** What the reader should know about how it ends. */
  note: bilingual.optional(),
});
export type TrafficSpec = z.output<typeof traffic>;

/** Something that happens to a machine while the traffic flows. */
const fault = z.strictObject({
  /** Counted from the first request. */
  at: durationSchema,
  on: name,
  /** A command line, typed at that time. */
  run: z.string().min(1),
});

/** One numbered step of the lab sheet, and the step of the walk that it describes. */
const sheetStep = z.strictObject({
  /** Where it happens: host, and a hook point, device direction or `app`. */
  at: z.strictObject({
    host: name,
    point: z.enum([
      "PREROUTING",
      "INPUT",
      "FORWARD",
      "OUTPUT",
      "POSTROUTING",
      "IPVS",
      "in",
      "out",
      "app",
    ]),
    of: z.enum(["request", "reply"]),
  }),
  text: bilingual,
  /** Where Linux does otherwise than the sheet says. */
  differs: bilingual.optional(),
});
export type SheetStep = z.output<typeof sheetStep>;

export const labSchema = z.strictObject({
  /** Version of this form. */
  format: z.literal(FORMAT, `this lvsim reads format ${FORMAT}`),
  /** What else the lab is made of: fragments beside it (`hosts.yml`), or topologies that come with lvsim (`direct-routing`). */
  include: z.array(z.string()).default([]),
  title: bilingual,
  /** One or two sentences: what there is to see. */
  about: bilingual,
  image: z.enum(["debian-12", "centos-7"]).default("debian-12"),
  kernel: z.enum(["6.1.192", "6.1.176"]).default("6.1.192"),
  ipvsadm: z.enum(["mainline", "fullnat", "dpvs"]).default("mainline"),
  segments: z.record(name, segment),
  hosts: z.record(name, host),
  /** The addresses that the lab is about. */
  vips: z.array(z.string()).default([]),
  traffic: z.array(traffic).default([]),
  faults: z.array(fault).default([]),
  /** What this shows, if it is a failure of the field. */
  failure: failure.optional(),
  /** What holds after the traffic. */
  validate: z.array(check).default([]),
  /** The same lab with something changed, by name. */
  variants: z.record(name, variant).default({}),
  sheet: z.array(sheetStep).default([]),
  /** The lab as a lesson: what is to be done, and what it is worth. */
  steps: z.array(step).default([]),
  /** What is different for each person who has the lesson. */
  vary: vary.optional(),
  /** What to look at next, as command lines with a reason. */
  next: z.array(z.strictObject({ run: z.string(), why: bilingual })).default([]),
});
export type LabDefinition = z.output<typeof labSchema>;
/** A lab as people write it: times with units, defaults left out. */
export type LabSource = z.input<typeof labSchema>;
