"""`make bench`: every measurement, one after the other."""

from bench import boards, diplomas, evaluators, overall, profile, starts, together, watching, writes

for measurement in (boards, overall, profile, writes, starts, together, evaluators, diplomas, watching):
    measurement.main()
