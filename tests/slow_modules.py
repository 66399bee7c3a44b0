"""Which modules `make test-fast` leaves out, and all others wait for: the longest first."""

from __future__ import annotations

LONGEST = (
    "project/test_interpreters.py", "project/test_recipes.py", "project/test_notebooks.py",
    "page/test_in_a_browser.py", "engine/test_agreement.py", "results/test_cluster.py", "questions/test_discover.py",
    "questions/test_robust.py", "engine/test_agents.py", "paper/test_methods_of_questions.py",
    "cli/test_question_commands.py", "page/test_play.py", "page/test_same_numbers.py", "cli/test_rerun.py",
    "classroom/test_class_in_a_browser.py", "project/test_docs.py", "tools/test_pages.py",
)  # fmt: skip
"""Modules that take half a minute or more: processes begin with them, so that none of them is left at the end."""

SLOW = {
    *LONGEST,
    "cli/test_backtest_command.py", "cli/test_choosing.py", "cli/test_damaged_folders.py", "cli/test_interrupt.py",
    "cli/test_locale.py", "cli/test_page.py", "cli/test_surveying.py", "engine/test_exactness.py",
    "engine/test_ways.py", "evidence/test_backtest.py", "evidence/test_calibration.py", "evidence/test_validate.py",
    "figures/test_question_figures.py", "figures/test_run_figures.py", "model/test_aftermath.py",
    "model/test_cache.py", "model/test_decisions_in_play.py", "model/test_east_china_sea.py", "model/test_keys.py",
    "page/test_build.py", "page/test_carry.py", "page/test_change_of_language.py", "page/test_decides_and_policies.py",
    "page/test_explained_on_the_page.py", "page/test_hidden_texts.py", "page/test_in_firefox.py",
    "page/test_labels_of_charts.py", "page/test_same_sentences.py", "paper/test_export.py",
    "paper/test_sheet_in_a_browser.py", "project/test_installed.py", "questions/test_claims.py",
    "questions/test_effort.py", "questions/test_ema.py",
    "questions/test_finding.py", "questions/test_mechanisms.py", "questions/test_sensitivity.py",
    "questions/test_variance.py", "questions/test_worth.py", "results/test_failures.py", "results/test_resume.py",
    "results/test_shares.py", "results/test_stopping_rule.py", "statistics/test_information.py",
    "statistics/test_sequences.py", "tools/test_bench.py", "tools/test_page_speed.py", "tools/test_selftest.py",
    "translate/test_random_programs.py",
}  # fmt: skip
"""Modules whose tests take more than some seconds together: `make test-fast` leaves them out."""
