import { sha256 as digest } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Hex SHA-256 of a text's UTF-8 bytes, in plain JavaScript: the core may not reach for node:crypto. */
export const sha256 = (text: string): string => bytesToHex(digest(utf8ToBytes(text)));
