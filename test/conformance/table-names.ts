/** The netfilter tables whose counters recordings hold. */
export const TABLES = ["raw", "mangle", "filter"] as const;
