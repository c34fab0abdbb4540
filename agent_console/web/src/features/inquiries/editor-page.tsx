import { useEffect, useMemo, useState, type DragEvent, type KeyboardEvent, type ReactNode } from "react";
import { Button as RacButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Unsaved, useHold } from "../../ui/unsaved";
import { useHere } from "../shell/here";
import { PublishDialog, ShareDialog, VersionsDialog } from "./dialogs";
import { fresh, moved, placeOf, put, renamed, said, same, without } from "./document";
import { FormState, keyed } from "./forms-page";
import { EditingContext, useEditing, useProblemWords } from "./parts";
import { Preview } from "./preview";
import { QuestionForm } from "./question-form";
import { SettingsForm } from "./settings-form";
import { KINDS, type Form, type FormDoc, type FormProblem, type Kind, type Known } from "./types";
import "../../styles/inquiries.css";

/** `/admin/forms/:id`: one form, its questions in order, and beside it what a visitor sees. */
export default function EditorPage({ params }: PageProps) {
  const { t } = useTranslation();
  const { place } = useHere();
  const id = params["id"] ?? "";
  const { data, problem, again } = useResource(`inquiry form ${id}`, () => call<FormDoc>("GET", `/inquiry-forms/${segment(id)}`));
  const known = useResource("inquiry known", () => call<Known>("GET", "/inquiry-forms/known"));
  const failed = problem ?? known.problem;
  return (
    <main className="inquiry-page" aria-label={data?.name ?? t("page.inquiry_form")} data-testid="form-page">
      {data && known.data ? <Unsaved path={place.path}><Editor key={data.id} first={data} known={known.data} /></Unsaved> : failed ? <Failure problem={failed} retry={() => { again(); known.again(); }} /> : <div className="page-bones"><Bones lines={6} /></div>}
    </main>
  );
}

const CHECKED_AFTER_MS = 400;

/** What the server finds wrong with what is written; what was found last stays until it has answered. */
function useProblems(id: string, form: Form, first: FormDoc): readonly FormProblem[] {
  const [found, setFound] = useState<{ of: Form; problems: readonly FormProblem[] }>({ of: first.document, problems: first.problems });
  useEffect(() => {
    if (found.of === form) return;
    let current = true;
    const timer = setTimeout(() => {
      call<{ problems: FormProblem[] }>("POST", `/inquiry-forms/${segment(id)}/validate`, { document: form }).then(
        ({ problems }) => current && setFound({ of: form, problems }),
        () => undefined, // saving tells what cannot be read, and the next change asks again
      );
    }, CHECKED_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id, form, found.of]);
  return found.problems;
}

function Editor({ first, known }: { first: FormDoc; known: Known }) {
  const { t } = useTranslation();
  const writable = useDesk().session.user.role === "admin";
  const [kept, keep] = useState(first);
  const [name, setName] = useState(first.name);
  const [key, setKey] = useState(first.key);
  const [form, change] = useState(first.document);
  const [open, setOpen] = useState<number | "settings" | null>(first.document.fields.length > 0 ? null : "settings");
  const [dialog, setDialog] = useState<"publish" | "share" | "versions" | null>(null);
  const [busy, problem, run] = useBusy();
  const problems = useProblems(first.id, form, kept);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const dirty = name.trim() !== kept.name || key !== kept.key || !same(form, kept.document);
  useHold(dirty && writable);
  const path = `/inquiry-forms/${segment(first.id)}`;
  const took = (doc: FormDoc): FormDoc => {
    keep(doc);
    setName(doc.name);
    setKey(doc.key);
    return doc;
  };
  const write = (): Promise<FormDoc> => call<FormDoc>("PUT", path, { key, name: name.trim(), document: form }, { "If-Match": `"${kept.row_version}"` }).then(took);
  const save = (): void => run(() => write().then(() => tell("inquiries.saved")));
  const publish = async (note: string): Promise<void> => {
    const saved = dirty ? await write() : kept;
    took(await call<FormDoc>("POST", `${path}/publish`, { note }, { "If-Match": `"${saved.row_version}"` }));
    tell("inquiries.published_told");
  };
  const withdraw = (): void => run(() => call<FormDoc>("POST", `${path}/withdraw`, undefined, { "If-Match": `"${kept.row_version}"` }).then(took));
  const reload = (): void => run(() => call<FormDoc>("GET", path).then((doc) => change(took(doc).document)));
  const restore = (version: number): void => run(() => call<FormDoc>("POST", `${path}/restore`, { version }, { "If-Match": `"${kept.row_version}"` }).then((doc) => {
    change(took(doc).document);
    setDialog(null);
    tell("inquiries.restored");
  }));
  const keys = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s" || !writable) return;
    event.preventDefault();
    if (dirty && name.trim()) save();
  };
  const stale = problem?.status === 412;
  const editing = useMemo(() => ({ form, writable, problems, known }), [form, writable, problems, known]);
  return (
    <EditingContext.Provider value={editing}>
      <div className="inquiry-editor" onKeyDown={keys} data-dirty={dirty}>
        <header className="inquiry-head">
          <Link to="/admin/forms" className="btn quiet icon" aria-label={t("inquiries.all")}><Icon name="back" /></Link>
          <input className="input inquiry-name" value={name} maxLength={100} readOnly={!writable} aria-label={t("inquiries.name")} onChange={(event) => setName(event.target.value)} data-testid="form-name" />
          <span className="inquiry-address small faint num">/forms/<input className="input" value={key} maxLength={40} readOnly={!writable} aria-label={t("inquiries.key")} onChange={(event) => setKey(keyed(event.target.value))} /></span>
          <FormState form={kept} dirty={dirty} />
          <span className="grow" />
          <IconButton icon="history" label={t("inquiries.versions")} onPress={() => setDialog("versions")} data-testid="form-versions" />
          <IconButton icon="link" label={t("inquiries.share")} isDisabled={kept.published === null} onPress={() => setDialog("share")} data-testid="form-share" />
          {writable && kept.published !== null && <Button look="quiet" icon="off" isDisabled={busy} onPress={withdraw} data-testid="form-withdraw">{t("inquiries.withdraw")}</Button>}
          {writable && <Button icon="check" isDisabled={busy || !dirty || !name.trim()} onPress={save} data-testid="form-save">{t("inquiries.save")}</Button>}
          {writable && <Button look="primary" icon="send" isDisabled={busy || errors > 0 || !name.trim() || (!dirty && !kept.changed)} onPress={() => setDialog("publish")} data-testid="form-publish">{t("inquiries.publish")}</Button>}
        </header>
        {stale ? <Banner tone="ring" icon="warn"><span>{t("inquiries.stale")}</span><Button small onPress={reload}>{t("inquiries.take_theirs")}</Button></Banner> : problem && <div className="inquiry-wrong"><Wrong problem={problem} /></div>}
        <div className="inquiry-body">
          <section className="inquiry-write scroll" aria-label={t("inquiries.questions")} tabIndex={-1}>
            <Summary problems={problems} open={setOpen} />
            <Folded icon="gear" title={t("inquiries.settings")} open={open === "settings"} toggle={() => setOpen(open === "settings" ? null : "settings")} testid="form-settings" wrong={problems.some(({ pointer, severity }) => severity === "error" && !placeOf(pointer))}><SettingsForm change={change} /></Folded>
            <Questions change={change} open={typeof open === "number" ? open : null} setOpen={setOpen} />
          </section>
          <Preview form={form} />
        </div>
        {dialog === "publish" && <PublishDialog kept={kept} warnings={problems.length - errors} close={() => setDialog(null)} publish={publish} />}
        {dialog === "share" && <ShareDialog form={kept} close={() => setDialog(null)} />}
        {dialog === "versions" && <VersionsDialog id={first.id} published={kept.published} writable={writable && !dirty} close={() => setDialog(null)} restore={restore} />}
      </div>
    </EditingContext.Provider>
  );
}

/** How much is wrong, and where the first of it is. */
function Summary({ problems, open }: { problems: readonly FormProblem[]; open: (place: number | "settings") => void }) {
  const { t } = useTranslation();
  const words = useProblemWords();
  const errors = problems.filter(({ severity }) => severity === "error");
  const shown = errors[0] ?? problems[0];
  if (!shown) return null;
  return (
    <button type="button" className={`inquiry-summary small ${shown.severity}`} onClick={() => open(placeOf(shown.pointer)?.place ?? "settings")} data-testid="form-problems">
      <Icon name={shown.severity === "error" ? "warn" : "info"} size={16} />
      <span>{errors.length > 0 ? t("inquiries.errors", { count: errors.length }) : t("inquiries.hint")} {words(shown)}</span>
    </button>
  );
}

interface FoldedProps {
  icon: IconName;
  title: string;
  open: boolean;
  toggle: () => void;
  wrong: boolean;
  testid: string;
  children: ReactNode;
}

function Folded({ icon, title, open, toggle, wrong, testid, children }: FoldedProps) {
  const { t } = useTranslation();
  return (
    <section className="inquiry-card" data-open={open}>
      <h2 className="inquiry-card-head"><button type="button" aria-expanded={open} onClick={toggle} data-testid={testid}><Icon name={icon} size={16} /><span className="strong grow">{title}</span>{wrong && <span className="inquiry-mark"><Icon name="warn" size={16} /><span className="vh">{t("inquiries.wrong_here")}</span></span>}<Icon name={open ? "up" : "down"} size={16} /></button></h2>
      {open && <div className="inquiry-card-body">{children}</div>}
    </section>
  );
}

const ICONS: Record<Kind, IconName> = { text: "pen", long_text: "note", email: "mail", phone: "phone", number: "keypad", date: "calendar", choice: "dot", several: "check", yes_no: "question", file: "clip", consent: "shield" };

/** The questions in order: opened by pressing, moved by dragging, by buttons, or by Alt and the arrows. */
function Questions({ change, open, setOpen }: { change: (form: Form) => void; open: number | null; setOpen: (place: number | null) => void }) {
  const { t, i18n } = useTranslation();
  const { form, writable, problems } = useEditing();
  const [dragged, drag] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= form.fields.length || from === to) return;
    change({ ...form, fields: moved(form.fields, from, to) });
    if (open === from) setOpen(to);
    else setOpen(null);
    requestAnimationFrame(() => document.getElementById(`question-${to}`)?.focus());
  };
  const add = (kind: Kind): void => {
    change({ ...form, fields: [...form.fields, fresh(form, kind)] });
    setOpen(form.fields.length);
    requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid^=q-label]")?.focus());
  };
  const drop = (event: DragEvent, place: number): void => {
    event.preventDefault();
    if (dragged !== null) move(dragged, place);
    drag(null);
    setOver(null);
  };
  return (
    <>
      <ol className="inquiry-questions">
        {form.fields.map((question, place) => {
          const wrong = problems.some(({ pointer, severity }) => severity === "error" && placeOf(pointer)?.place === place);
          const title = said(question.label, i18n.language as Language) || question.name;
          return (
            <li key={place} className="inquiry-card" data-open={open === place} data-over={over === place && dragged !== place} data-testid={`question-${question.name}`}
              draggable={writable && open !== place} onDragStart={() => drag(place)} onDragEnd={() => { drag(null); setOver(null); }} onDragOver={(event) => { event.preventDefault(); setOver(place); }} onDrop={(event) => drop(event, place)}>
              <div className="inquiry-card-head">
                {writable && <span className="inquiry-grip" aria-hidden="true"><Icon name="grip" size={16} /></span>}
                <button type="button" id={`question-${place}`} aria-expanded={open === place} onClick={() => setOpen(open === place ? null : place)}
                  onKeyDown={(event) => { if (event.altKey && writable && (event.key === "ArrowUp" || event.key === "ArrowDown")) { event.preventDefault(); move(place, place + (event.key === "ArrowUp" ? -1 : 1)); } }}>
                  <Icon name={ICONS[question.kind]} size={16} />
                  <span className="strong clip" dir="auto">{title}</span>
                  <span className="tiny faint">{t(`inquiries.kind_${question.kind}`)}</span>
                  <span className="grow" />
                  {question.required && <Pill tone="mute">{t("inquiries.required_short")}</Pill>}
                  {question.when && <Pill tone="mute" icon="branch">{t("inquiries.conditional")}</Pill>}
                  {wrong && <span className="inquiry-mark"><Icon name="warn" size={16} /><span className="vh">{t("inquiries.wrong_here")}</span></span>}
                </button>
                {writable && <IconButton small icon="up" label={t("inquiries.move_up_named", { name: title })} isDisabled={place === 0} onPress={() => move(place, place - 1)} />}
                {writable && <IconButton small icon="down" label={t("inquiries.move_down_named", { name: title })} isDisabled={place === form.fields.length - 1} onPress={() => move(place, place + 1)} />}
                {writable && <IconButton small icon="trash" label={t("inquiries.remove_question", { name: title })} onPress={() => { change(without(form, place)); setOpen(null); }} data-testid={`remove-${question.name}`} />}
              </div>
              {open === place && <div className="inquiry-card-body"><QuestionForm place={place} question={question} change={(next) => change(put(form, place, next))} rename={(next) => change(renamed(form, place, next))} /></div>}
            </li>
          );
        })}
      </ol>
      {writable && (
        <MenuTrigger>
          <RacButton className="btn plain inquiry-add" data-testid="question-add"><Icon name="plus" size={16} />{t("inquiries.add_question")}</RacButton>
          <Popover placement="bottom start">
            <Menu className="pop menu" aria-label={t("inquiries.add_question")} onAction={(chosen) => add(chosen as Kind)}>
              {KINDS.map((kind) => <MenuItem key={kind} id={kind} className="menu-item" textValue={t(`inquiries.kind_${kind}`)} data-testid={`add-${kind}`}><Icon name={ICONS[kind]} size={16} />{t(`inquiries.kind_${kind}`)}</MenuItem>)}
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
    </>
  );
}
