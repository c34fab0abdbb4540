import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Pill, Wrong } from "../../ui/panes";
import { momentText } from "../records/values";
import type { Job } from "./types";

const LOOK_MS = 1000;

/** How far long work is: looked at while it runs, and no longer. */
export function useJob(first: Job | null, finished: (job: Job) => void): Job | null {
  const [job, setJob] = useState<Job | null>(first);
  const told = useRef(finished);
  told.current = finished;
  useEffect(() => setJob(first), [first]);
  const going = job?.state === "queued" || job?.state === "running";
  const id = job?.id;
  useEffect(() => {
    if (!going || !id) return;
    const timer = setInterval(() => {
      call<{ job: Job }>("GET", `/parties/work/${segment(id)}`).then(
        (answer) => {
          setJob(answer.job);
          if (answer.job.state !== "queued" && answer.job.state !== "running") told.current(answer.job);
        },
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error; // the next look may reach the server again
        },
      );
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [going, id]);
  return job;
}

/** When work over the whole base was done last, how far it is now, and a button to begin it. */
export function JobStrip({ kind, finished }: { kind: string; finished: (job: Job) => void }) {
  const { t, i18n } = useTranslation();
  const { session } = useDesk();
  const [asked, setAsked] = useState<Job | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const keeper = session.user.role !== "agent";
  const failed = (error: unknown): void => {
    if (!(error instanceof Problem)) throw error;
    setProblem(error);
  };
  useEffect(() => {
    if (keeper) call<{ items: Job[] }>("GET", "/parties/work").then(({ items }) => setAsked(items.find((each) => each.kind === kind) ?? null), failed);
  }, [keeper, kind]);
  const job = useJob(asked, finished);
  if (!keeper) return null;
  const going = job?.state === "queued" || job?.state === "running";
  const begin = (): void => void call<{ job: Job }>("POST", "/parties/work", { kind }).then((answer) => setAsked(answer.job), failed);
  return (
    <span className="row job-strip" data-testid={`job-${kind}`}>
      <Wrong problem={problem} />
      {going && <JobBar job={job} />}
      {job?.state === "done" && job.ended_at !== null && <span className="tiny faint num">{t("customers.done_at", { at: momentText(job.ended_at, i18n.language as Language) })}</span>}
      {job?.state === "failed" && <Pill tone="stop" icon="warn">{t("customers.job_failed")}</Pill>}
      <Button small icon="play" isDisabled={going} onPress={begin}>{t(`customers.begin_${kind}`)}</Button>
    </span>
  );
}

export function JobBar({ job }: { job: Job }) {
  const { t } = useTranslation();
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : 0;
  return (
    <span className="job-bar" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)} aria-label={t("customers.progress")}>
      <span className="job-fill" style={{ width: `${share * 100}%` }} />
      <span className="tiny num">{job.total > 0 ? `${job.done.toLocaleString()} / ${job.total.toLocaleString()}` : t("customers.waiting")}</span>
    </span>
  );
}
