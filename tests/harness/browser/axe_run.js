// Runs axe with all its rules, and gives what it found, each finding with its places.
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  (report) => done(report.violations.map((one) => ({
    id: one.id,
    impact: one.impact,
    help: one.help,
    places: one.nodes.map((node) => ({
      target: node.target.join(" "),
      html: node.html,
      why: node.failureSummary,
    })),
  }))),
  (error) => done([{ id: "axe", impact: "failed", help: String(error), places: [] }]),
);
