/** Words that all documents share. */

/** A moment: seconds since 1970-01-01 UTC by the server's clock. */
export type Seconds = number;

export type Language = "en" | "zh-TW" | "zh-CN";
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";
export type Role = "agent" | "supervisor" | "admin";
export type Medium = "voice" | "email" | "chat" | "voicemail" | "fax" | "form" | "sms" | "post";
export type Status = "ready" | "paused" | "signed_out";
export type Work = "idle" | "offered" | "talking" | "wrap_up" | "chats" | "letters";
export type Device = "unreachable" | "reachable" | "in_use";
export type CaseStatus = "open" | "pending" | "solved" | "closed";
