import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../../i18n";
import type { Language, Role } from "../../net/types";
import { useAsTyped } from "../../ui/as-typed";
import { Choose, Line } from "../account/parts";
import type { Person } from "../account/types";

export const ROLES: Role[] = ["agent", "supervisor", "admin"];

export interface DetailsDraft {
  name: string;
  role: Role;
  language: Language;
  extension: string;
  email: string;
  letters_at_once: number;
  chats_at_once: number;
  load_at_most: number;
  record_share: number | null;
}

export const EMPTY: DetailsDraft = { name: "", role: "agent", language: "zh-TW", extension: "", email: "", letters_at_once: 1, chats_at_once: 3, load_at_most: 100, record_share: null };

export function detailsOf(person: Person): DetailsDraft {
  const { name, role, language, extension, email, letters_at_once, chats_at_once, load_at_most, record_share } = person;
  return { name, role, language, extension: extension ?? "", email: email ?? "", letters_at_once, chats_at_once, load_at_most, record_share };
}

interface Props {
  draft: DetailsDraft;
  change: (draft: DetailsDraft) => void;
  service: boolean;
  ownRole?: boolean;
}

/** What there is to say of somebody; a program has neither phone nor letters. */
export function Details({ draft, change, service, ownRole }: Props) {
  const { t } = useTranslation();
  const set = (wish: Partial<DetailsDraft>): void => change({ ...draft, ...wish });
  const agent = draft.role === "agent" && !service;
  return (
    <div className="form-two">
      <Line label={t("people.name")} value={draft.name} change={(name) => set({ name })} maxLength={200} required testid="detail-name" />
      {ownRole
        ? <Line label={t("people.role")} value={t(`role.${draft.role}`)} change={() => undefined} readOnly testid="detail-role" />
        : <Choose label={t("people.role")} value={draft.role} change={(role) => set({ role: role as Role })} testid="detail-role">{ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}</Choose>}
      {!service && <Line label={t("people.email")} value={draft.email} change={(email) => set({ email })} type="email" maxLength={254} hint={t("people.email_hint")} testid="detail-email" />}
      {!service && <Choose label={t("menu.language")} value={draft.language} change={(language) => set({ language: language as Language })} testid="detail-language">{LANGUAGES.map(({ code, name }) => <option key={code} value={code} lang={code}>{name}</option>)}</Choose>}
      {agent && <Line label={t("people.extension")} value={draft.extension} change={(extension) => set({ extension })} inputMode="numeric" pattern="[0-9]*" maxLength={20} hint={t("people.extension_hint")} testid="detail-extension" />}
      {agent && <Count label={t("people.letters")} value={draft.letters_at_once} change={(letters_at_once) => set({ letters_at_once })} most={20} testid="detail-letters" />}
      {agent && <Count label={t("people.chats")} value={draft.chats_at_once} change={(chats_at_once) => set({ chats_at_once })} most={20} testid="detail-chats" />}
      {agent && <Count label={t("people.load")} value={draft.load_at_most} change={(load_at_most) => set({ load_at_most })} most={1000} hint={t("people.load_hint")} testid="detail-load" />}
      {agent && <Share value={draft.record_share} change={(record_share) => set({ record_share })} />}
    </div>
  );
}

/** Nothing: as the queue says. */
function Share({ value, change }: { value: number | null; change: (share: number | null) => void }) {
  const { t } = useTranslation();
  const [typed, take] = useAsTyped(value, (text) => (text.trim() === "" ? null : Math.min(100, Math.max(0, Math.round(Number(text)) || 0))), (share) => (share === null ? "" : String(share)));
  return <Line label={t("people.record_share")} value={typed} change={(text) => change(take(text))} type="number" min={0} max={100} hint={t("people.record_share_hint")} testid="detail-record-share" />;
}

interface CountProps {
  label: string;
  value: number;
  change: (count: number) => void;
  most: number;
  hint?: string;
  testid: string;
}

function Count({ label, value, change, most, hint, testid }: CountProps) {
  const [typed, take] = useAsTyped(value, (text) => Number(text) || 0, String);
  return <Line label={label} value={typed} change={(text) => change(take(text))} type="number" min={0} max={most} {...(hint ? { hint } : {})} testid={testid} />;
}
