"""The modules and style sheets of ``assets``, as browsers get them: few requests, and none twice."""
