import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import type { Scope } from "../records/entities";
import { useEntities } from "../records/entities";
import type { EditorProps } from "../records/editors";
import { ACTIONS, byModule, changedOf, scopesFor, useBuiltIn, withWord } from "./rights";

/** What a role may do, as a matrix: kinds of records by actions; what differs from the built-in role stands out. */
export default function RoleScopes({ value, change, read, writable, describedBy }: EditorProps) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const builtIn = useBuiltIn();
  const changed = changedOf<Scope>(value);
  const base = builtIn?.[String(read("based_on") ?? "")] ?? {};
  return (
    <div className="matrix-frame" role="region" aria-label={t("admin.scopes")} aria-describedby={describedBy} tabIndex={0}>
      <table className="matrix" data-testid="role-scopes">
        <thead><tr><th scope="col">{t("admin.records")}</th>{ACTIONS.map((action) => <th key={action} scope="col">{t(`admin.action_${action}`)}</th>)}</tr></thead>
        <tbody>
          {byModule(entities ?? []).map(([module, rows]) => (
            <Fragment key={module}>
              <tr className="matrix-module"><th scope="rowgroup" colSpan={ACTIONS.length + 1}>{t(`module.${module}`, { defaultValue: module })}</th></tr>
              {rows.map((entity) => (
                <tr key={entity.name}>
                  <th scope="row">{entity.plural[i18n.language as Language]}</th>
                  {ACTIONS.map((action) => {
                    const own = changed[entity.name]?.[action];
                    const inherited = base[entity.name]?.[action] ?? "none";
                    const scope = own ?? inherited;
                    const label = `${entity.plural[i18n.language as Language]}: ${t(`admin.action_${action}`)}`;
                    return (
                      <td key={action}>
                        {writable ? (
                          <select className={`scope scope-${scope}`} data-own={own !== undefined} aria-label={label} value={own ?? ""} onChange={(event) => change(withWord(changed, entity.name, action, (event.target.value || null) as Scope | null))} data-testid={`scope-${entity.name}-${action}`}>
                            <option value="">{t(`admin.scope_${inherited}`)}</option>
                            <optgroup label={t("admin.instead")}>
                              {scopesFor(entity, action).map((word) => <option key={word} value={word}>{t(`admin.scope_${word}`)}</option>)}
                            </optgroup>
                          </select>
                        ) : <span className={`scope scope-${scope}`} data-own={own !== undefined}>{t(`admin.scope_${scope}`)}</span>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      <p className="tiny faint matrix-note">{t("admin.matrix_note")}</p>
    </div>
  );
}
