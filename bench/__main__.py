"""`make bench`: every measurement, one after the other."""

from bench import boards, evaluators, overall, starts, together, writes

for measurement in (boards, overall, writes, starts, together, evaluators):
    measurement.main()
