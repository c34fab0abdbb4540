import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useEntities } from "../records/entities";
import type { EditorProps } from "../records/editors";
import { changedOf, withWord } from "./rights";

type Right = "hidden" | "read" | "write";
const RIGHTS: readonly Right[] = ["write", "read", "hidden"];

/** Fields that a role may not change, or may not even see. */
export default function RoleFields({ value, change, writable }: EditorProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { entities } = useEntities();
  const changed = changedOf<Right>(value);
  const [of, choose] = useState(Object.keys(changed)[0] ?? "party");
  const entity = entities?.find(({ name }) => name === of);
  return (
    <div className="role-fields" data-testid="role-fields">
      <select className="input slim" aria-label={t("admin.records")} value={of} onChange={(event) => choose(event.target.value)} data-testid="role-fields-of">
        {(entities ?? []).map(({ name, plural }) => <option key={name} value={name}>{plural[language]}{changed[name] ? ` (${Object.keys(changed[name]).length})` : ""}</option>)}
      </select>
      <ul className="rights-list">
        {entity?.fields.map((each) => {
          const right = changed[of]?.[each.name] ?? "write";
          return (
            <li key={each.name} className="row">
              <span className={`grow clip${right === "write" ? "" : " strong"}`}>{each.label[language]}</span>
              <div className="segmented" role="radiogroup" aria-label={each.label[language]}>
                {RIGHTS.map((word) => (
                  <label key={word} data-on={right === word}>
                    <input type="radio" className="vh" name={`right-${of}-${each.name}`} disabled={!writable} checked={right === word} onChange={() => change(withWord(changed, of, each.name, word === "write" ? null : word))} data-testid={`right-${each.name}-${word}`} />
                    {t(`admin.right_${word}`)}
                  </label>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
