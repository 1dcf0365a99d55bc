/**
 * What differs between the variants of a lesson that different people get: by their names other addresses and MAC addresses,
 * and what is said here. The file itself is the first variant: the first rows, all servers, its own names and addresses.
 */
import { z } from "zod";
import { name } from "./words.ts";

const valueName = z.string().regex(/^[a-z][a-zA-Z0-9]*$/, "a value is called like weight1");

export const vary = z.strictObject({
  /** Tables of values, of each of which one row counts: `{{weight1 * 4}}` stands for one in any text, number or command. */
  choose: z
    .array(z.array(z.record(valueName, z.union([z.string().min(1), z.int()]))).min(1))
    .default([]),
  /** Real servers, of which the last may be missing; `{{servers}}` says how many there are. */
  servers: z.strictObject({ hosts: z.array(name).min(2), least: z.int().min(1) }).optional(),
  /** Other names for hosts, a row for each set. */
  names: z.array(z.record(name, name)).default([]),
});
export type Vary = z.output<typeof vary>;
