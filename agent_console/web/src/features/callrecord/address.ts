import { segment } from "../../net/api";

/** The page of an interaction's record. */
export const recordOf = (interaction: string): string => `/calls/${segment(interaction)}`;
