"""Inquiry forms as data: `model` is a form, `validation` what is wrong with one, `answers` judges what a visitor filled in (all pure); `kept` has
drafts and versions, `submissions` what came in."""
