/** ipset's words for what the kernel refused. */
import type { ElementError, SetError } from "@lvsim/core";

export const VERSION = "v7.17";

export const SET_TEXTS: Readonly<Record<SetError, string>> = {
  "no-set": "The set with the given name does not exist",
  "set-exists": "Set cannot be created: set with the same name already exists",
  "set-in-use": "Set cannot be destroyed: it is in use by a kernel component",
  "renamed-in-use": "Set cannot be renamed: it is in use by another system",
  "new-name-exists": "Set cannot be renamed: a set with the new name already exists",
  "no-second-set": "Sets cannot be swapped: the second set does not exist",
  "type-mismatch": "The sets cannot be swapped: their type does not match",
  "range-too-large": "The range you specified exceeds the size limit of the set type",
};

export const ELEMENT_TEXTS: Readonly<Record<ElementError, string>> = {
  "element-exists": "Element cannot be added to the set: it's already added",
  "no-element": "Element cannot be deleted from the set: it's not added",
  "hash-full": "Hash is full, cannot add more elements",
  "null-element": "Null-valued element, cannot be stored in a hash type of set",
  "bad-prefix": "The value of the CIDR parameter of the IP address is invalid",
  "out-of-range": "Element is out of the range of the set",
  "no-member": "Set to be added/deleted/tested as element does not exist.",
  "member-is-list": "Sets with list:set type cannot be added to the set.",
  "no-neighbour": "The set to which you referred with 'before' or 'after' is not added to the set.",
};

export const NO_NEIGHBOUR_SET =
  "The set to which you referred with 'before' or 'after' does not exist.";

export const USAGE = `ipset ${VERSION}

Usage: ipset [options] COMMAND

Commands:
create SETNAME TYPENAME [type-specific-options]
        Create a new set
add SETNAME ENTRY
        Add entry to the named set
del SETNAME ENTRY
        Delete entry from the named set
test SETNAME ENTRY
        Test entry in the named set
destroy [SETNAME]
        Destroy a named set or all sets
list [SETNAME]
        List the entries of a named set or all sets
save [SETNAME]
        Save the named set or all sets to stdout
restore 
        Restore a saved state
flush [SETNAME]
        Flush a named set or all sets
rename FROM-SETNAME TO-SETNAME
        Rename two sets
swap FROM-SETNAME TO-SETNAME
        Swap the contect of two existing sets
help [TYPENAME]
        Print help, and settype specific help
version 
        Print version information
quit 
        Quit interactive mode

Options:
-o plain|save|xml
       Specify output mode for listing sets.
       Default value for "list" command is mode "plain"
       and for "save" command is mode "save".
-s 
        Print elements sorted (if supported by the set type).
-q 
        Suppress any notice or warning message.
-r 
        Try to resolve IP addresses in the output (slow!)
-! 
        Ignore errors when creating or adding sets or
        elements that do exist or when deleting elements
        that don't exist.
-n 
        When listing, just list setnames from the kernel.

-t 
        When listing, list setnames and set headers
        from kernel only.
-f 
        Read from the given file instead of standard
        input (restore) or write to given file instead
        of standard output (list/save).
`;
